//! The connected parts of a surface: pockets and open sheets, what they enclose, and where they lead to.

use super::field::Field;
use super::integrals::{SurfaceSums, pieces};
use super::mesh::Mesh;
use super::vector::{Vector, add, cross, dot, scale, subtract};

/// What a sheet holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Character {
    /// A closed pocket around lower energies.
    Electron,
    /// A closed pocket around higher energies.
    Hole,
    /// A sheet that goes on through the zone's faces without end.
    Open,
}

impl Character {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Electron => "electron",
            Self::Hole => "hole",
            Self::Open => "open",
        }
    }
}

/// A connected part of a surface.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// Its triangles.
    pub triangles: Vec<u32>,
    /// Electron or hole pocket, or open.
    pub character: Character,
    /// Å⁻².
    pub area: f64,
    /// Area-weighted mean of |∇_k E|, eV Å.
    pub mean_gradient: f64,
    /// What a pocket encloses, Å⁻³; none of an open sheet.
    pub volume: Option<f64>,
    /// Vertices − edges + triangles: 2 of a ball, 0 of a torus or a plane in the zone.
    pub euler: i64,
    /// Reciprocal lattice vectors (coefficients of b₁ b₂ b₃) along which it goes on; as many as it has open dimensions.
    pub open_directions: Vec<[i32; 3]>,
    /// A pocket's centre, fractional, in the first cell.
    pub centre: Option<Vector>,
}

/// The sheets of `mesh`, largest first.
pub fn sheets(mesh: &Mesh, field: &dyn Field) -> Vec<Sheet> {
    sheets_of(mesh, &pieces(mesh, field))
}

/// The same, of what each triangle adds to the integrals.
pub(super) fn sheets_of(mesh: &Mesh, pieces: &[SurfaceSums]) -> Vec<Sheet> {
    let count = mesh.triangles.len();
    let mut seen = vec![false; count];
    let mut place = vec![[0i32; 3]; count];
    let mut all = Vec::new();
    for start in 0..count {
        if seen[start] {
            continue;
        }
        seen[start] = true;
        place[start] = [0; 3];
        let mut members = vec![start as u32];
        let mut next = 0;
        let mut open = Vec::new();
        while next < members.len() {
            let t = members[next] as usize;
            next += 1;
            for i in 0..3 {
                let (other, _, shift) = mesh.shift_across(t, i);
                let there = [0, 1, 2].map(|a| place[t][a] + shift[a]);
                if !seen[other] {
                    seen[other] = true;
                    place[other] = there;
                    members.push(other as u32);
                } else if place[other] != there {
                    let winding = [0, 1, 2].map(|a| there[a] - place[other][a]);
                    insert(&mut open, winding);
                }
            }
        }
        all.push(measure(mesh, pieces, members, &place, open));
    }
    all.sort_by(|a, b| b.area.total_cmp(&a.area));
    all
}

/// Adds an integer vector to the basis (in echelon form) of a lattice.
fn insert(basis: &mut Vec<[i32; 3]>, mut vector: [i32; 3]) {
    for a in 0..3 {
        if vector[a] == 0 {
            continue;
        }
        let lead = |v: &[i32; 3]| v.iter().position(|x| *x != 0);
        match basis.iter().position(|b| lead(b) == Some(a)) {
            None => {
                if vector[a] < 0 {
                    vector = vector.map(|x| -x);
                }
                basis.push(vector);
                basis.sort_by_key(|b| lead(b));
                return;
            }
            Some(at) => {
                // Euclid on the leading numbers.
                let mut own = basis[at];
                while vector[a] != 0 {
                    let q = own[a].div_euclid(vector[a]);
                    let rest = [0, 1, 2].map(|i| own[i] - q * vector[i]);
                    own = vector;
                    vector = rest;
                }
                if own[a] < 0 {
                    own = own.map(|x| -x);
                }
                basis[at] = own;
            }
        }
    }
}

fn measure(
    mesh: &Mesh,
    pieces: &[SurfaceSums],
    triangles: Vec<u32>,
    place: &[[i32; 3]],
    open_directions: Vec<[i32; 3]>,
) -> Sheet {
    let mut vertices: Vec<u32> = triangles
        .iter()
        .flat_map(|t| mesh.triangles[*t as usize].vertices)
        .collect();
    vertices.sort_unstable();
    vertices.dedup();
    let edges = 3 * triangles.len() as i64 / 2;
    let euler = vertices.len() as i64 - edges + triangles.len() as i64;
    let closed = open_directions.is_empty();
    let (mut area, mut speed, mut volume) = (0.0, 0.0, 0.0);
    let (mut centre, mut centred) = ([0.0; 3], 0.0);
    for t in &triangles {
        let c = &pieces[*t as usize];
        area += c.area;
        speed += c.speed;
        if closed {
            let shift = place[*t as usize].map(f64::from);
            let p: [Vector; 3] = std::array::from_fn(|i| {
                let u = add(mesh.corner(&mesh.triangles[*t as usize], i), shift);
                centre = add(centre, scale(c.area, u));
                centred += c.area;
                mesh.cartesian(u)
            });
            volume += dot(p[0], cross(p[1], p[2])) / 6.0 + c.below;
        }
    }
    let character = match (closed, volume > 0.0) {
        (false, _) => Character::Open,
        (true, true) => Character::Electron,
        (true, false) => Character::Hole,
    };
    let centre = scale(1.0 / centred.max(f64::MIN_POSITIVE), centre);
    Sheet {
        triangles,
        character,
        area,
        mean_gradient: speed / area.max(f64::MIN_POSITIVE),
        volume: closed.then_some(volume.abs()),
        euler,
        open_directions,
        centre: closed.then(|| subtract(centre, centre.map(|x| (x + 1e-9).floor()))),
    }
}

#[cfg(test)]
mod tests {
    use super::insert;

    #[test]
    fn a_lattice_keeps_its_rank_and_its_shortest_steps() {
        let mut basis = Vec::new();
        for v in [[2, 0, 0], [0, 0, 3], [3, 0, 0], [0, 0, -2], [1, 0, 1]] {
            insert(&mut basis, v);
        }
        assert_eq!(basis.len(), 2);
        assert_eq!((basis[0][0], basis[1][2]), (1, 1));
    }
}
