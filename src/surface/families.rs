//! Orbits in families: the tubes of orbits between critical planes, found on the mesh by counting alone.
//!
//! Along the field the surface is cut just below and just above every critical height. What lies between two of them falls into tubes, each
//! a family of orbits without any appearance, end, join or parting; what lies in a critical slice joins tubes (a node). A node with one tube below, one
//! above and no critical point in sum is no event, and the tubes are one. Each family is then integrated over its own interval, where everything is
//! smooth: poles cost nothing, and saddles, where dwell times diverge as a logarithm, get planes that crowd towards them.

use super::critical::Heights;
use super::direction::Direction;
use super::field::Field;
use super::mesh::Mesh;
use super::sets::Sets;
use super::vector::Vector;

/// Heights nearer than this are one.
const SAME_HEIGHT: f64 = 1e-9;
/// A pole whose family is lower than this, in grid steps, is the mesh's own.
const LOWEST: f64 = 0.2;

/// How a family ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Its orbits shrink to a point.
    Pole,
    /// Its orbits meet others at a saddle.
    Saddle,
    /// Nowhere: it comes back to its beginning.
    Nowhere,
}

/// Orbits in consecutive planes.
#[derive(Clone, Debug)]
pub struct Family {
    /// Height u·R of its lower end.
    pub from: f64,
    /// And of its upper end.
    pub to: f64,
    /// How it ends below.
    pub lower: End,
    /// How it ends above.
    pub upper: End,
    /// Its tubes, upwards.
    pub(super) tubes: Vec<usize>,
}

/// An annulus between two critical heights.
pub(super) struct Tube {
    /// Number of the critical height below it.
    pub slab: usize,
    lower: usize,
    upper: usize,
    /// Pieces: triangles with the level in their own frame.
    pub pieces: Vec<(u32, i32)>,
}

#[derive(Default)]
struct Node {
    below: Vec<usize>,
    above: Vec<usize>,
    index: i32,
}

impl Node {
    fn is_event(&self) -> bool {
        self.below.len() != 1 || self.above.len() != 1 || self.index != 0
    }

    fn end(&self) -> End {
        match self.below.len() + self.above.len() {
            1 => End::Pole,
            _ => End::Saddle,
        }
    }
}

/// All families of orbits of one surface in one direction of the field.
pub struct Families<'a> {
    /// The surface.
    pub mesh: &'a Mesh,
    /// The band.
    pub field: &'a dyn Field,
    /// The field's direction.
    pub direction: Direction,
    /// The families.
    pub families: Vec<Family>,
    /// Critical heights, the first at 0 (counted from `origin`), ascending.
    pub(super) critical: Vec<f64>,
    origin: f64,
    /// Of the vertices, counted from there.
    pub(super) heights: Vec<f64>,
    /// Fractional places of the vertices, critical ones at their true places.
    pub(super) places: Vec<Vector>,
    pub(super) tubes: Vec<Tube>,
}

impl<'a> Families<'a> {
    /// Of the surface `mesh` of the band `field` with the field along `direction`.
    pub fn new(mesh: &'a Mesh, field: &'a dyn Field, direction: Direction) -> Self {
        let found = Heights::new(mesh, field, &direction);
        let mut places: Vec<Vector> = mesh.vertices.iter().map(|v| v.u).collect();
        for (v, u) in &found.moved {
            places[*v as usize] = *u;
        }
        let mut all = Self {
            mesh,
            field,
            direction,
            families: Vec::new(),
            critical: Vec::new(),
            origin: 0.0,
            heights: found.heights,
            places,
            tubes: Vec::new(),
        };
        if !mesh.triangles.is_empty() {
            all.build(&found.critical);
        }
        all
    }

    fn build(&mut self, critical: &[(u32, i32)]) {
        let fraction = |h: f64| h - h.floor();
        let mut sorted: Vec<f64> = critical
            .iter()
            .map(|(v, _)| fraction(self.heights[*v as usize]))
            .collect();
        sorted.sort_by(f64::total_cmp);
        sorted.dedup_by(|b, a| *b - *a < SAME_HEIGHT);
        if sorted.len() > 1 && sorted[0] + 1.0 - sorted[sorted.len() - 1] < SAME_HEIGHT {
            sorted.pop();
        }
        if sorted.is_empty() {
            // No event at all: a plane in general position stands for one.
            sorted.push(0.381_966_011_250_105);
        }
        self.origin = sorted[0];
        self.critical = sorted.iter().map(|c| c - self.origin).collect();
        for h in &mut self.heights {
            *h -= self.origin;
        }
        let planes = 2 * self.critical.len() as i32;
        let mut level: Vec<i32> = self.heights.iter().map(|h| self.level(*h)).collect();
        for (v, _) in critical {
            level[*v as usize] = self.critical_level(self.heights[*v as usize]);
        }
        // Pieces of triangles between planes.
        let mesh = self.mesh;
        let of = |t: usize, i: usize| {
            let triangle = &mesh.triangles[t];
            level[triangle.vertices[i] as usize]
                + planes * self.direction.levels(triangle.offsets[i])
        };
        let mut first = Vec::with_capacity(mesh.triangles.len() + 1);
        let mut lowest = Vec::with_capacity(mesh.triangles.len());
        let mut total = 0u32;
        for t in 0..mesh.triangles.len() {
            let l = [of(t, 0), of(t, 1), of(t, 2)];
            let (low, high) = (l[0].min(l[1]).min(l[2]), l[0].max(l[1]).max(l[2]));
            first.push(total);
            lowest.push(low);
            total += (high - low + 1) as u32;
        }
        first.push(total);
        let piece = |t: usize, l: i32| first[t] + (l - lowest[t]) as u32;
        let mut sets = Sets::new(total as usize);
        for t in 0..mesh.triangles.len() {
            for i in 0..3 {
                let (other, j, shift) = mesh.shift_across(t, i);
                if (other, j) < (t, i) {
                    continue;
                }
                let down = planes
                    * (0..3)
                        .map(|a| self.direction.indices[a] * shift[a])
                        .sum::<i32>();
                let (a, b) = (of(t, i), of(t, (i + 1) % 3));
                for l in a.min(b)..=a.max(b) {
                    sets.join(piece(t, l), piece(other, l - down));
                }
            }
        }
        // Odd levels are tubes, even ones nodes.
        let mut numbers: Vec<u32> = vec![u32::MAX; total as usize];
        let mut nodes: Vec<Node> = Vec::new();
        let mut tubes: Vec<Tube> = Vec::new();
        for t in 0..mesh.triangles.len() {
            let mut below = u32::MAX;
            for l in lowest[t]..lowest[t] + (first[t + 1] - first[t]) as i32 {
                let root = sets.root(piece(t, l)) as usize;
                let tube = l.rem_euclid(2) == 1;
                if numbers[root] == u32::MAX {
                    if tube {
                        numbers[root] = tubes.len() as u32;
                        tubes.push(Tube {
                            slab: (l.rem_euclid(planes) / 2) as usize,
                            lower: usize::MAX,
                            upper: usize::MAX,
                            pieces: Vec::new(),
                        });
                    } else {
                        numbers[root] = nodes.len() as u32;
                        nodes.push(Node::default());
                    }
                }
                let here = numbers[root];
                if tube {
                    tubes[here as usize].pieces.push((t as u32, l));
                }
                if l > lowest[t] {
                    match tube {
                        true => tubes[here as usize].lower = below as usize,
                        false => tubes[below as usize].upper = here as usize,
                    }
                }
                below = here;
            }
        }
        for (number, tube) in tubes.iter().enumerate() {
            if tube.lower != usize::MAX && tube.upper != usize::MAX {
                nodes[tube.lower].above.push(number);
                nodes[tube.upper].below.push(number);
            }
        }
        let mut index_of = vec![0; mesh.vertices.len()];
        critical
            .iter()
            .for_each(|(v, index)| index_of[*v as usize] = *index);
        for (t, triangle) in mesh.triangles.iter().enumerate() {
            for i in 0..3 {
                // Each critical vertex once; none has index 0.
                let index = std::mem::take(&mut index_of[triangle.vertices[i] as usize]);
                if index != 0 {
                    let at = numbers[sets.root(piece(t, of(t, i))) as usize] as usize;
                    nodes[at].index += index;
                }
            }
        }
        self.tubes = tubes;
        self.prune(&mut nodes);
        self.collect(&nodes);
    }

    /// Level of a height that is not a critical vertex's own.
    fn level(&self, height: f64) -> i32 {
        let floor = height.floor();
        let f = height - floor;
        // Number of critical heights at or below it; the first is 0.
        let at = self.critical.partition_point(|c| *c <= f).max(1) - 1;
        let within = if f == self.critical[at] { 0 } else { 1 };
        (2 * self.critical.len() as i32) * floor as i32 + 2 * at as i32 + within
    }

    /// Level of a critical vertex: in the slice of the critical height nearest to its own.
    fn critical_level(&self, height: f64) -> i32 {
        let of = |i: usize| (height - self.critical[i]).round();
        let off = |i: usize| (height - self.critical[i] - of(i)).abs();
        let nearest = (0..self.critical.len()).min_by(|a, b| off(*a).total_cmp(&off(*b)));
        let i = nearest.unwrap_or(0);
        (2 * self.critical.len() as i32) * of(i) as i32 + 2 * i as i32
    }

    /// The height of a tube.
    pub(super) fn length(&self, tube: usize) -> f64 {
        let slab = self.tubes[tube].slab;
        let next = self.critical.get(slab + 1).copied().unwrap_or(1.0);
        next - self.critical[slab]
    }

    /// Takes away poles that the mesh, not the surface has.
    fn prune(&self, nodes: &mut [Node]) {
        let lowest = LOWEST * self.mesh.step / self.direction.period;
        loop {
            let mut found = None;
            for leaf in 0..nodes.len() {
                if nodes[leaf].below.len() + nodes[leaf].above.len() != 1 {
                    continue;
                }
                let up = nodes[leaf].above.len() == 1;
                let mut chain = Vec::new();
                let mut length = 0.0;
                let mut at = leaf;
                loop {
                    let next = if up {
                        &nodes[at].above
                    } else {
                        &nodes[at].below
                    };
                    let Some(&tube) = next.first() else { break };
                    chain.push(tube);
                    length += self.length(tube);
                    at = if up {
                        self.tubes[tube].upper
                    } else {
                        self.tubes[tube].lower
                    };
                    if nodes[at].is_event() || length > lowest {
                        break;
                    }
                }
                // A whole pocket is no fault of the mesh.
                let pocket = nodes[at].below.len() + nodes[at].above.len() == 1;
                if length < lowest && !pocket && !chain.is_empty() {
                    found = Some((leaf, at, chain));
                    break;
                }
            }
            let Some((leaf, at, chain)) = found else {
                return;
            };
            let index = nodes[leaf].index;
            for node in nodes.iter_mut() {
                node.below.retain(|t| !chain.contains(t));
                node.above.retain(|t| !chain.contains(t));
            }
            nodes[at].index += index;
        }
    }

    fn collect(&mut self, nodes: &[Node]) {
        let mut used = vec![false; self.tubes.len()];
        let attached: Vec<bool> = (0..self.tubes.len())
            .map(|t| {
                let lower = self.tubes[t].lower;
                lower != usize::MAX && nodes[lower].above.contains(&t)
            })
            .collect();
        // Starts at events first, then rounds without any.
        for events in [true, false] {
            for start in 0..self.tubes.len() {
                if used[start] || !attached[start] {
                    continue;
                }
                let lower = self.tubes[start].lower;
                if events && !nodes[lower].is_event() {
                    continue;
                }
                let mut tubes = vec![start];
                used[start] = true;
                let from = self.critical[self.tubes[start].slab];
                let mut to = from + self.length(start);
                let mut at = self.tubes[start].upper;
                while !nodes[at].is_event() {
                    let next = nodes[at].above[0];
                    if used[next] {
                        break;
                    }
                    used[next] = true;
                    tubes.push(next);
                    to += self.length(next);
                    at = self.tubes[next].upper;
                }
                let (below, above) = match events {
                    true => (nodes[lower].end(), nodes[at].end()),
                    false => (End::Nowhere, End::Nowhere),
                };
                self.families.push(Family {
                    from: from + self.origin,
                    to: to + self.origin,
                    lower: below,
                    upper: above,
                    tubes,
                });
            }
        }
    }
}
