//! The coefficients of a thermal state as a list of named quantities with units: what JSON, HDF5 and CSV are made from.

use super::budget::Bars;
use crate::error::Result;
use crate::scattering::Carrier;
use crate::transport::{
    CarrierShares, Coefficients, CoefficientsOverTau, Equilibrium, RankFourQuantity,
    RankThreeQuantity, RelaxationTime, Scalar, TensorQuantity, ThermalState, TransportDistribution,
};
use crate::uncertainty::{Shape, Shares};
use std::borrow::Cow;

/// The coefficients of one temperature and level.
#[derive(Clone, Debug)]
pub enum TransportRow {
    /// Per relaxation time.
    OverTau(CoefficientsOverTau),
    /// With a relaxation time, and zT where a lattice thermal conductivity was given.
    Absolute(Coefficients, Option<TensorQuantity>),
}

/// A value of any rank with its bars.
#[derive(Clone, Debug)]
pub enum Quantity {
    /// A number.
    Scalar(Scalar),
    /// `[row][col]`.
    Tensor(Box<TensorQuantity>),
    /// `[row][col][field]`.
    RankThree(Box<RankThreeQuantity>),
    /// `[row][col][field][field2]`.
    RankFour(Box<RankFourQuantity>),
}

/// A named quantity.
#[derive(Clone, Debug)]
pub struct Item {
    /// Name in files.
    pub name: Cow<'static, str>,
    /// Unit.
    pub unit: &'static str,
    /// Explanation.
    pub about: &'static str,
    /// Value and bars.
    pub quantity: Quantity,
}

impl Quantity {
    /// Names of the dimensions.
    pub fn dimensions(&self) -> &'static [&'static str] {
        let all = &["row", "col", "field", "field2"];
        match self {
            Self::Scalar(_) => &all[..0],
            Self::Tensor(_) => &all[..2],
            Self::RankThree(_) => &all[..3],
            Self::RankFour(_) => &all[..4],
        }
    }

    /// Components, last index fastest.
    pub fn values(&self) -> Vec<f64> {
        match self {
            Self::Scalar(q) => q.value.components().to_vec(),
            Self::Tensor(q) => q.value.components().to_vec(),
            Self::RankThree(q) => q.value.components().to_vec(),
            Self::RankFour(q) => q.value.components().to_vec(),
        }
    }

    /// Bars, likewise.
    pub fn errors(&self) -> Vec<f64> {
        match self {
            Self::Scalar(q) => q.error.components().to_vec(),
            Self::Tensor(q) => q.error.components().to_vec(),
            Self::RankThree(q) => q.error.components().to_vec(),
            Self::RankFour(q) => q.error.components().to_vec(),
        }
    }

    /// The causes' shares in the bars, likewise.
    pub fn shares(&self) -> &[Shares] {
        match self {
            Self::Scalar(q) => &q.shares,
            Self::Tensor(q) => &q.shares,
            Self::RankThree(q) => &q.shares,
            Self::RankFour(q) => &q.shares,
        }
    }

    /// Everything for JSON.
    pub(super) fn bars(&self) -> Bars {
        match self {
            Self::Scalar(q) => Bars::of(q),
            Self::Tensor(q) => Bars::of(q),
            Self::RankThree(q) => Bars::of(q),
            Self::RankFour(q) => Bars::of(q),
        }
    }

    /// Components and bars multiplied by a number without error.
    pub fn scaled(&self, factor: f64) -> Self {
        match self {
            Self::Scalar(q) => Self::Scalar(q.scaled(factor)),
            Self::Tensor(q) => Self::Tensor(Box::new(q.scaled(factor))),
            Self::RankThree(q) => Self::RankThree(Box::new(q.scaled(factor))),
            Self::RankFour(q) => Self::RankFour(Box::new(q.scaled(factor))),
        }
    }
}

/// What the names of scattering shares begin with.
pub(super) const SHARE: &str = "scattering_share_";

/// Shares of scattering mechanisms as named quantities: `scattering_share_electrons_acoustic`.
pub fn share_items(all: &[CarrierShares]) -> Vec<Item> {
    let mut items = Vec::new();
    for of in all {
        let carrier = match of.carrier {
            Carrier::Electrons => "electrons",
            Carrier::Holes => "holes",
        };
        for share in &of.shares {
            let words = share.name.split(|c: char| !c.is_ascii_alphanumeric());
            let words: Vec<&str> = words.filter(|w| !w.is_empty()).collect();
            let mechanism = words.join("_");
            items.push(Item {
                name: format!("{SHARE}{carrier}_{mechanism}").into(),
                unit: "1",
                about: "the mechanism's share of the scattering rate, averaged over the carriers as they conduct",
                // The bar: 0, or as little defined as the share.
                quantity: Quantity::Scalar(Scalar::new(share.fraction, 0.0 * share.fraction)),
            });
        }
    }
    items
}

/// Collects items.
struct List(Vec<Item>);

impl List {
    fn push(
        &mut self,
        name: &'static str,
        unit: &'static str,
        about: &'static str,
        quantity: Quantity,
    ) {
        self.0.push(Item {
            name: name.into(),
            unit,
            about,
            quantity,
        });
    }

    fn scalar(&mut self, name: &'static str, unit: &'static str, q: Scalar, about: &'static str) {
        self.push(name, unit, about, Quantity::Scalar(q));
    }

    fn tensor(
        &mut self,
        name: &'static str,
        unit: &'static str,
        q: TensorQuantity,
        about: &'static str,
    ) {
        self.push(name, unit, about, Quantity::Tensor(Box::new(q)));
    }

    fn rank_three(
        &mut self,
        name: &'static str,
        unit: &'static str,
        q: Option<RankThreeQuantity>,
        about: &'static str,
    ) {
        if let Some(q) = q {
            self.push(name, unit, about, Quantity::RankThree(Box::new(q)));
        }
    }

    fn carriers(
        &mut self,
        names: [&'static str; 2],
        unit: &'static str,
        q: Option<[TensorQuantity; 2]>,
        about: [&'static str; 2],
    ) {
        if let Some(both) = q {
            for (i, q) in both.into_iter().enumerate() {
                self.tensor(names[i], unit, q, about[i]);
            }
        }
    }

    fn maybe(
        &mut self,
        name: &'static str,
        unit: &'static str,
        q: Option<Scalar>,
        about: &'static str,
    ) {
        if let Some(q) = q {
            self.scalar(name, unit, q, about);
        }
    }
}

impl TransportRow {
    /// The coefficients of a state with a relaxation time, as far as that is known; zT where the lattice thermal conductivity,
    /// W/(m K), is known too.
    ///
    /// # Errors
    /// As [`TransportDistribution::coefficients`] and [`TransportDistribution::scattered`].
    pub fn new(
        distribution: &TransportDistribution,
        state: &ThermalState,
        relaxation: RelaxationTime,
        lattice_w_mk: Option<f64>,
    ) -> Result<Self> {
        let coefficients = match relaxation {
            RelaxationTime::Unknown => {
                return Ok(Self::OverTau(distribution.coefficients_over_tau(state)?));
            }
            RelaxationTime::Constant(tau) => distribution.coefficients(state, &|_| tau)?,
            RelaxationTime::Function(tau) => distribution.coefficients(state, tau)?,
            RelaxationTime::Mechanisms(model, gap_ev) => {
                let tau = distribution.scattered(model, gap_ev, state)?;
                distribution.coefficients_scattered(state, &tau)?
            }
            RelaxationTime::Binned(tau) => distribution.coefficients_scattered(state, tau)?,
            RelaxationTime::OfTheBands => distribution.coefficients_from_lifetimes(state)?,
        };
        let zt = lattice_w_mk
            .map(|lattice| coefficients.figure_of_merit(lattice))
            .transpose()?;
        Ok(Self::Absolute(coefficients, zt))
    }

    /// What does not depend on the size of the relaxation time.
    pub fn equilibrium(&self) -> &Equilibrium {
        match self {
            Self::OverTau(c) => c,
            Self::Absolute(c, _) => c,
        }
    }

    /// Every quantity there is.
    pub fn items(&self) -> Vec<Item> {
        let mut list = List(Vec::new());
        let e = self.equilibrium();
        let l = &mut list;
        l.scalar(
            "chemical_potential",
            "eV",
            e.chemical_potential_ev(),
            "chemical potential",
        );
        l.scalar(
            "carrier_density",
            "cm^-3",
            e.carrier_density(),
            "electrons less holes (negative: p-type)",
        );
        l.scalar(
            "electron_density",
            "cm^-3",
            e.electron_density(),
            "electrons above the gap, or above the Fermi level of a metal",
        );
        l.scalar(
            "hole_density",
            "cm^-3",
            e.hole_density(),
            "holes below the gap, or below the Fermi level of a metal",
        );
        l.scalar(
            "density_of_states",
            "1/eV",
            e.density_of_states(),
            "density of states averaged under the Fermi window, per cell, all spins",
        );
        match self {
            Self::OverTau(c) => over_tau(l, c),
            Self::Absolute(c, zt) => absolute(l, c, zt.as_ref()),
        }
        l.tensor(
            "seebeck",
            "V/K",
            e.seebeck(),
            "Seebeck tensor (negative for electrons; not defined along an axis without any current)",
        );
        l.carriers(
            ["seebeck_electrons", "seebeck_holes"],
            "V/K",
            e.seebeck_of_carriers(),
            [
                "Seebeck tensor of electrons alone",
                "Seebeck tensor of holes alone",
            ],
        );
        l.tensor("peltier", "V", e.peltier(), "Peltier tensor");
        l.tensor(
            "lorenz",
            "W Ohm/K^2",
            e.lorenz(),
            "Lorenz tensor at no current",
        );
        l.maybe(
            "hall_coefficient",
            "m^3/C",
            e.hall_coefficient(),
            "Hall coefficient (R_xyz + R_yzx + R_zxy)/3, of a layer with the field along its normal; negative for electrons",
        );
        l.rank_three(
            "hall",
            "m^3/C",
            e.hall_coefficient_tensor(),
            "Hall tensor R_ijk = E_j/(J_i B_k)",
        );
        l.maybe(
            "hall_carrier_density",
            "cm^-3",
            e.hall_carrier_density(),
            "1/(e |R_H|)",
        );
        l.maybe("hall_factor", "1", e.hall_factor(), "-R_H e (n - p)");
        l.scalar(
            "heat_capacity",
            "J/(m^3 K)",
            e.heat_capacity(),
            "heat capacity of the electrons at constant number",
        );
        l.scalar(
            "heat_capacity_at_chemical_potential",
            "J/(m^3 K)",
            e.heat_capacity_at_chemical_potential(),
            "heat capacity of the electrons at constant chemical potential",
        );
        l.scalar(
            "pauli_susceptibility",
            "1",
            e.pauli_susceptibility(),
            "spin susceptibility (SI)",
        );
        list.0
    }
}

fn over_tau(l: &mut List, c: &CoefficientsOverTau) {
    l.tensor(
        "conductivity_over_tau",
        "1/(Ohm m s)",
        c.conductivity_over_tau(),
        "conductivity per relaxation time",
    );
    l.tensor(
        "thermal_conductivity_electronic_over_tau",
        "W/(m K s)",
        c.thermal_conductivity_electronic_over_tau(),
        "electrons' thermal conductivity at no current per relaxation time",
    );
    l.tensor(
        "thermal_conductivity_closed_over_tau",
        "W/(m K s)",
        c.thermal_conductivity_closed_over_tau(),
        "electrons' thermal conductivity at no field per relaxation time",
    );
    l.tensor(
        "power_factor_over_tau",
        "W/(m K^2 s)",
        c.power_factor_over_tau(),
        "power factor per relaxation time",
    );
    if let Some(q) = c.thermal_conductivity_bipolar_over_tau() {
        l.tensor(
            "thermal_conductivity_bipolar_over_tau",
            "W/(m K s)",
            q,
            "what electrons and holes carry together, per relaxation time",
        );
    }
    l.carriers(
        [
            "conductivity_electrons_over_tau",
            "conductivity_holes_over_tau",
        ],
        "1/(Ohm m s)",
        c.conductivity_of_carriers_over_tau(),
        ["electrons' part", "holes' part"],
    );
    l.carriers(
        ["mobility_electrons_over_tau", "mobility_holes_over_tau"],
        "m^2/(V s^2)",
        c.mobility_over_tau(),
        [
            "drift mobility of electrons per relaxation time",
            "drift mobility of holes per relaxation time",
        ],
    );
    l.maybe(
        "hall_mobility_over_tau",
        "m^2/(V s^2)",
        c.hall_mobility_over_tau(),
        "|R_H| sigma per relaxation time",
    );
    l.rank_three(
        "hall_conductivity_over_tau2",
        "S/(m T s^2)",
        c.hall_conductivity_over_tau2(),
        "sigma_ijk per square of the relaxation time",
    );
    l.rank_three(
        "thermal_hall_conductivity_over_tau2",
        "W/(m K T s^2)",
        c.thermal_hall_conductivity_over_tau2(),
        "dkappa_ij/dB_k at no current, per square of the relaxation time",
    );
    l.maybe(
        "nernst_over_tau",
        "V/(K T s)",
        c.nernst_over_tau(),
        "Nernst coefficient (S_xyz + S_yzx + S_zxy)/3, of a layer with the field along its normal, per relaxation time",
    );
    l.rank_three(
        "nernst_tensor_over_tau",
        "V/(K T s)",
        c.nernst_tensor_over_tau(),
        "dS_ij/dB_k per relaxation time",
    );
    if let Some(q) = c.magnetoconductivity_over_tau3() {
        l.push(
            "magnetoconductivity_over_tau3",
            "S/(m T^2 s^3)",
            "sigma_ijkl per cube of the relaxation time",
            Quantity::RankFour(Box::new(q)),
        );
    }
    if let Some(q) = c.magnetoresistance_over_tau2() {
        l.tensor(
            "magnetoresistance_over_tau2",
            "1/(T^2 s^2)",
            q,
            "rise of rho_ii/rho_ii(0) per B_k^2 [current][field] and square of the relaxation time",
        );
    }
}

fn absolute(l: &mut List, c: &Coefficients, zt: Option<&TensorQuantity>) {
    l.tensor(
        "conductivity",
        "S/m",
        c.conductivity(),
        "electrical conductivity",
    );
    l.tensor(
        "thermal_conductivity_electronic",
        "W/(m K)",
        c.thermal_conductivity_electronic(),
        "electrons' thermal conductivity at no current",
    );
    l.tensor(
        "thermal_conductivity_closed",
        "W/(m K)",
        c.thermal_conductivity_closed(),
        "electrons' thermal conductivity at no field",
    );
    l.tensor(
        "power_factor",
        "W/(m K^2)",
        c.power_factor(),
        "power factor",
    );
    if let Some(zt) = zt {
        l.tensor("figure_of_merit", "1", *zt, "zT");
    }
    if let Some(q) = c.thermal_conductivity_bipolar() {
        l.tensor(
            "thermal_conductivity_bipolar",
            "W/(m K)",
            q,
            "what electrons and holes carry together",
        );
    }
    l.carriers(
        ["conductivity_electrons", "conductivity_holes"],
        "S/m",
        c.conductivity_of_carriers(),
        ["electrons' part", "holes' part"],
    );
    l.carriers(
        ["mobility_electrons", "mobility_holes"],
        "m^2/(V s)",
        c.mobility(),
        ["drift mobility of electrons", "drift mobility of holes"],
    );
    l.maybe(
        "hall_mobility",
        "m^2/(V s)",
        c.hall_mobility(),
        "|R_H| sigma",
    );
    l.rank_three(
        "hall_conductivity",
        "S/(m T)",
        c.hall_conductivity(),
        "sigma_ijk",
    );
    l.rank_three(
        "thermal_hall_conductivity",
        "W/(m K T)",
        c.thermal_hall_conductivity(),
        "dkappa_ij/dB_k at no current",
    );
    l.maybe(
        "nernst",
        "V/(K T)",
        c.nernst(),
        "Nernst coefficient (S_xyz + S_yzx + S_zxy)/3, of a layer with the field along its normal",
    );
    l.rank_three("nernst_tensor", "V/(K T)", c.nernst_tensor(), "dS_ij/dB_k");
    if let Some(q) = c.magnetoconductivity() {
        l.push(
            "magnetoconductivity",
            "S/(m T^2)",
            "sigma_ijkl",
            Quantity::RankFour(Box::new(q)),
        );
    }
    if let Some(q) = c.magnetoresistance() {
        l.tensor(
            "magnetoresistance",
            "1/T^2",
            q,
            "rise of rho_ii/rho_ii(0) per B_k^2, [current][field]",
        );
    }
}
