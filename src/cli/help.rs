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
     bzint merge part-*.h5 -o si.h5\n\nParts that share out the rounds of a refinement (--rounds FILE) are run and merged until merge no longer exits with 3:\n  \
     bzint merge part-*.h5 --rounds rounds.h5 -o si.h5"
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

pub fn landauer() -> String {
    with_units(&[
        "landauer data/cubic.energy --direction 001,110 --doping 1e19 --tau 10fs --length 100nm",
    ])
}

pub fn zt() -> String {
    with_units(&["zt data/cubic.energy --tau 10fs --lattice-thermal-conductivity 2 --doping 1e19"])
}

pub fn screen() -> String {
    with_units(&[
        "screen data/cubic.energy --tau 10fs --lattice-thermal-conductivity 2 --doping 1e19,1e20",
    ])
}

pub fn bounds() -> String {
    with_units(&["bounds --zt 1,3", "bounds --hot 600 --cold 300"])
}

pub fn surface() -> String {
    with_units(&["surface data/cu.nscf.xml.gz --interpolator series -o copper.html -o copper.vtp"])
}

pub fn orbits() -> String {
    with_units(&[
        "orbits data/cu.nscf.xml.gz --interpolator series --mesh 32 --direction 001",
        "orbits data/cu.nscf.xml.gz --interpolator series --from 001 --to 110 --angles 3 -o f.png",
    ])
}

pub fn magneto() -> String {
    with_units(&[
        "magneto data/cu.nscf.xml.gz --interpolator series -B 0:10:5 --tau 1ps -o field.h5",
    ])
}

pub fn phonon() -> String {
    with_units(&[
        "model scalar-phonons -n 16 -o phonons.h5",
        "phonon phonons.h5 --tau 10ps -T 100,300 --direction 001,111",
    ])
}

pub fn focusing() -> String {
    with_units(&[
        "focusing --elastic 165.64,63.94,79.51 --density 2329 --direction 1,2,3",
        "focusing --elastic 165.64,63.94,79.51 --density 2329 -o silicon.png",
    ])
}

pub fn drag() -> String {
    with_units(&[
        "drag --debye 343 --fermi-temperature 8.16e4",
        "drag --herring 0.4,8400,3e-11,0.14 -T 50,100",
    ])
}

pub fn superconductor() -> String {
    with_units(&["superconductor data/al.nscf.xml.gz --gap s:0.18meV -o aluminium.h5"])
}

pub fn report() -> String {
    examples(&[
        "fermi data/cu.nscf.xml.gz -o copper_fermi.h5",
        "report copper_fermi.h5 -o copper.html",
    ])
}

pub fn validate() -> &'static str {
    "Examples:\n  bzint validate bands.h5\n  bzint validate --table bands.h5"
}

pub fn bench() -> &'static str {
    "Examples:\n  bzint bench bands.h5"
}

pub fn devices() -> String {
    examples(&["devices"])
}
