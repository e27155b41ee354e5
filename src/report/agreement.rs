//! Whether a GPU agrees with the CPU, as a table and as JSON.

use crate::workflow::{Agreed, AgreementFound};
use serde_json::{Value, json};

fn label(found: &AgreementFound) -> String {
    format!("GPU `{}`", found.adapter)
}

/// Channel by channel.
pub fn agreement_table(found: &AgreementFound, name: &str) -> String {
    let mut text = format!(
        "largest difference from the CPU's f64, over the largest value of each channel (limit {:e}, or {} times the CPU's f32, \
         but no more than {:e} nor the error bar)\n\
         {:<12}  {:>12}  {:>12}  {:>12}  {:>12}\n{:<12}  {:>12}  {:>12}  {:>12}  {:>12}\n",
        Agreed::LIMIT,
        Agreed::OF_TWIN,
        Agreed::MOST,
        "",
        "Fermi level",
        "",
        "spectrum",
        "",
        "channel",
        "GPU",
        "CPU f32",
        "GPU",
        "CPU f32"
    );
    for row in &found.channels {
        let [surface, surface_twin, spectrum, spectrum_twin] = row.off;
        let remark = match row.agrees() {
            true => "",
            false => "  beyond the limit",
        };
        text += &format!(
            "{:<12}  {surface:>12.2e}  {surface_twin:>12.2e}  {spectrum:>12.2e}  {spectrum_twin:>12.2e}{remark}\n",
            row.name
        );
    }
    let verdict = match found.check() {
        Ok(()) => "agrees with",
        Err(_) => "DISAGREES with",
    };
    text + &format!("{} ({name}) {verdict} the CPU\n", label(found))
}

/// The same for programs.
pub fn agreement_json(found: &AgreementFound) -> Value {
    let row = |row: &Agreed| {
        let (off, beyond) = (row.off, row.beyond);
        json!({
            "channel": row.name,
            "fermi_level": {"gpu": off[0], "cpu_f32": off[1], "gpu_over_error_bar": beyond[0]},
            "spectrum": {"gpu": off[2], "cpu_f32": off[3], "gpu_over_error_bar": beyond[1]},
            "agree": row.agrees(),
        })
    };
    let rows: Vec<Value> = found.channels.iter().map(row).collect();
    json!({
        "kind": "validate",
        "adapter": label(found),
        "channels": rows,
        "largest_difference": found.largest(),
        "limit": Agreed::LIMIT,
        "largest_limit": Agreed::MOST,
        "agree": found.check().is_ok(),
    })
}
