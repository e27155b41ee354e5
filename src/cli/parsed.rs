//! Options of the library's own types: the command line says how each is typed, and nothing else.

/// `parsed!(Args => Type { fields })`: the options of `Type` are those of `Args`, field by field; what follows stands in no group of theirs.
macro_rules! parsed {
    ($args:ty => $type:ident { $($field:ident),* $(,)? }) => {
        impl clap::FromArgMatches for $type {
            fn from_arg_matches(matches: &clap::ArgMatches) -> Result<Self, clap::Error> {
                let parsed = <$args as clap::FromArgMatches>::from_arg_matches(matches)?;
                Ok(Self { $($field: parsed.$field),* })
            }

            fn update_from_arg_matches(&mut self, matches: &clap::ArgMatches) -> Result<(), clap::Error> {
                *self = <Self as clap::FromArgMatches>::from_arg_matches(matches)?;
                Ok(())
            }
        }

        impl clap::Args for $type {
            fn augment_args(command: clap::Command) -> clap::Command {
                <$args as clap::Args>::augment_args(command)
                    .next_help_heading(clap::builder::Resettable::Reset)
            }

            fn augment_args_for_update(command: clap::Command) -> clap::Command {
                <$args as clap::Args>::augment_args_for_update(command)
                    .next_help_heading(clap::builder::Resettable::Reset)
            }
        }
    };
}

/// `menu!(Type)`: the values of a [`Menu`](crate::workflow::Menu) are typed as it says.
macro_rules! menu {
    ($type:ty) => {
        impl clap::ValueEnum for $type {
            fn value_variants<'a>() -> &'a [Self] {
                use crate::workflow::Menu;
                const ALL: &[($type, &str, &str)] = <$type as Menu>::ALL;
                const VALUES: [$type; ALL.len()] = {
                    let mut values = [ALL[0].0; ALL.len()];
                    let mut i = 1;
                    while i < ALL.len() {
                        values[i] = ALL[i].0;
                        i += 1;
                    }
                    values
                };
                &VALUES
            }

            fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
                let all = <Self as crate::workflow::Menu>::ALL.iter();
                let found = all.clone().find(|(value, ..)| value == self);
                found.map(|(_, name, help)| clap::builder::PossibleValue::new(name).help(help))
            }
        }
    };
}

pub(super) use {menu, parsed};
