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

/// `named!(Type { Variant: "name" "what it is" })`: how the values of a type are typed.
macro_rules! named {
    ($type:ident { $($variant:ident: $name:literal $help:literal),* $(,)? }) => {
        impl clap::ValueEnum for $type {
            fn value_variants<'a>() -> &'a [Self] {
                &[$(Self::$variant),*]
            }

            fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
                Some(match self {
                    $(Self::$variant => clap::builder::PossibleValue::new($name).help($help)),*
                })
            }
        }
    };
}

pub(super) use {named, parsed};
