//! What stands below the options in `--help`: examples, which a test types as they are, and what is said of units.

/// What is said of units.
const UNITS: &str = "Numbers take units where they have any, each its own: --tau 10fs, -T 300K:0.8kK:50K, --mu=-50meV,50meV, \
                     --doping p1e25m^-3, --lattice-thermal-conductivity 2W/mK, --mean-free-path 20nm";

/// Examples that can be typed where `data/` is.
fn examples(lines: &[&str]) -> String {
    let lines: Vec<String> = lines.iter().map(|line| format!("  bzint {line}")).collect();
    format!("Examples:\n{}", lines.join("\n"))
}

fn with_units(lines: &[&str]) -> String {
    format!("{}\n\n{UNITS}", examples(lines))
}

/// Of commands without examples.
pub fn units() -> &'static str {
    UNITS
}

pub fn info() -> String {
    examples(&["info data/cu.nscf.xml.gz", "info data/cubic.energy --json"])
}

pub fn convert() -> String {
    examples(&[
        "convert data/cu.nscf.xml.gz -o copper.h5",
        "convert data/cu.nscf.xml.gz -o copper.bxsf",
    ])
}

pub fn model() -> String {
    examples(&["model free-electrons -n 32 -o free.h5"])
}

pub fn fermi() -> String {
    with_units(&[
        "fermi data/cu.nscf.xml.gz",
        "fermi data/cu.nscf.xml.gz --interpolate 32 --tau 30fs -o copper_fermi.h5",
    ])
}

pub fn dos() -> String {
    with_units(&["dos data/cu.nscf.xml.gz --energy 4:20:0.1 -o copper_dos.h5"])
}

pub fn transport() -> String {
    with_units(&[
        "transport data/cubic.energy -T 300,500 --doping 1e19,p1e19 --tau 10fs",
        "transport data/cu.nscf.xml.gz --interpolate none --mu -0.1:0.1:0.05 -o copper_mu.h5",
    ])
}

pub fn optimize() -> String {
    with_units(&[
        "optimize data/cubic.energy -T 300",
        "optimize data/cubic.energy --maximise zt --tau 10fs --lattice-thermal-conductivity 2",
    ])
}

pub fn completions() -> &'static str {
    "Examples:\n  bzint completions bash > ~/.local/share/bash-completion/completions/bzint\n  \
     bzint completions zsh > ~/.zfunc/_bzint\n  bzint completions fish > ~/.config/fish/completions/bzint.fish"
}

pub fn man() -> String {
    examples(&["man man1"])
}

pub fn plot() -> &'static str {
    "Examples:\n  bzint plot si.h5 --against temperature --dopings 1e19,p1e19\n  \
     bzint plot si.h5 --quantity S,sigma,zT --temperatures 300,600 --dark -o si.png\n  \
     bzint plot coarse.h5 --overlay fine.h5 --quantity S"
}

pub fn table() -> &'static str {
    "Examples:\n  bzint table *.h5 --columns S,sigma,zT\n  bzint table *.h5 --columns S:xx,S:zz -o seebeck.csv"
}

pub fn merge() -> &'static str {
    "Examples:\n  bzint transport si.xml -T 300 --part 1/2\n  bzint transport si.xml -T 300 --part 2/2\n  \
     bzint merge part-*.h5 -o si.h5"
}

pub fn run() -> &'static str {
    "A job:\n  command = \"transport\"\n  files = [\"si.xml\", \"ge.xml\"]\n  output = \"{stem}.h5\"\n  temperature = [300, 600]\n  \
     doping = [\"n1e19\", \"p1e19\"]\n  tau = \"10fs\"\n\nExamples:\n  bzint run job.toml\n  bzint run job.toml runs/*.xml --skip-existing\n  \
     bzint run job.toml --list materials.txt --dry-run"
}

pub fn bands() -> String {
    examples(&[
        "bands data/cu.nscf.xml.gz -o copper_bands.png",
        "bands data/cubic.energy --energy -2:4 --csv cubic_bands.csv",
    ])
}
