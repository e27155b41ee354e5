//! How to integrate.

use super::menu::Menu;
use crate::error::{Error, Result};
use crate::integrate::{Request, Velocities, Weights};

/// Which integrator does the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// A real GPU where there is one, else the CPU.
    Auto,
    /// The CPU, in f64.
    Cpu,
    /// A GPU (or a software Vulkan driver).
    Gpu,
    /// All GPUs of a kind, which share out the work as they finish.
    AllGpus,
}

impl Menu for Backend {
    const ALL: &'static [(Self, &'static str, &'static str)] = &[
        (
            Self::Auto,
            "auto",
            "A real GPU where there is one, else the CPU",
        ),
        (Self::Cpu, "cpu", "The CPU, in f64"),
        (Self::Gpu, "gpu", "A GPU (or a software Vulkan driver)"),
        (
            Self::AllGpus,
            "gpu:all",
            "All GPUs of the machine that are alike, each with its share of the work",
        ),
    ];
}

/// How to integrate.
#[derive(Clone, Debug, PartialEq)]
pub struct Method {
    /// Integrator.
    pub backend: Backend,
    /// A part of the name of the GPU to take; none for the first.
    pub adapter: Option<String>,
    /// Threads of the CPU integrator; none for all.
    pub threads: Option<usize>,
    /// Velocities; none for the file's where it has them, else differences of order 4.
    pub velocity: Option<Velocities>,
    /// δ-function.
    pub weights: Weights,
    /// k-planes per block, which never change a result.
    pub block_planes: Option<usize>,
}

impl Default for Method {
    fn default() -> Self {
        Self {
            backend: Backend::Auto,
            adapter: None,
            threads: None,
            velocity: None,
            weights: Weights::Tetrahedra,
            block_planes: None,
        }
    }
}

impl Method {
    /// The part of a name that a GPU is chosen by.
    pub fn adapter(&self) -> Option<&str> {
        let name = self.adapter.as_deref().map(str::trim);
        name.filter(|name| !name.is_empty())
    }

    /// Whether bands can be refined so.
    ///
    /// # Errors
    /// [`Error::BadOption`] where not.
    pub fn check_refinement(&self) -> Result<()> {
        if matches!(self.backend, Backend::Gpu | Backend::AllGpus) {
            return Err(Error::bad_option(
                "--backend gpu",
                "refinement runs on the CPU",
                "give `--interpolate N` (or `none`) for a uniform grid on the GPU",
            ));
        }
        if self.weights != Weights::Tetrahedra {
            return Err(Error::bad_option(
                "--weights",
                "refinement integrates with linear tetrahedra",
                "give `--interpolate N` (or `none`) for smearing on a uniform grid",
            ));
        }
        Ok(())
    }

    /// What of it changes a number, in words: threads, blocks and the integrator, which is known later, do not.
    pub fn asked(&self) -> String {
        format!("{:?} {:?}", self.velocity, self.weights)
    }

    /// The request's parts that these options set.
    pub fn apply<'a>(&self, mut request: Request<'a>) -> Request<'a> {
        if let Some(velocities) = self.velocity {
            request.velocities = velocities;
        }
        request.weights = self.weights;
        request.block_planes = self.block_planes;
        request
    }
}
