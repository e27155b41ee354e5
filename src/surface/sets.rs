//! Disjoint sets of numbered things.

/// Disjoint sets.
pub(super) struct Sets {
    parent: Vec<u32>,
}

impl Sets {
    /// Of `len` things, each alone.
    pub fn new(len: usize) -> Self {
        Self {
            parent: (0..len as u32).collect(),
        }
    }

    /// The one that stands for all of its set.
    pub fn root(&mut self, mut i: u32) -> u32 {
        while self.parent[i as usize] != i {
            let up = self.parent[self.parent[i as usize] as usize];
            self.parent[i as usize] = up;
            i = up;
        }
        i
    }

    /// Makes two sets one.
    pub fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.root(a), self.root(b));
        // The smaller number is the root: the same whatever the order.
        self.parent[a.max(b) as usize] = a.min(b);
    }
}
