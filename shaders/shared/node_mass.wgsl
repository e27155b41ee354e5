// The inverse mass of a node. Twin: src/integrate/cpu/curvature.rs.
//
// MASSES (prelude): 1 second differences of the levels, of order ORDER; 2 first differences of the velocities, of order 4; 3
// read from inverse_masses.

// M⁻¹ of a node, in units of the band's mass unit.
fn node_inverse_mass(plane: u32, j2: u32, j3: u32) -> Symmetric {
    if MASSES == 1u {
        return inverse_mass(second_derivatives(plane, j2, j3));
    }
    if MASSES == 2u {
        return inverse_mass_from_velocities(velocity_derivatives(plane, j2, j3));
    }
    let at = 6u * node_index(plane, j2, j3);
    return Symmetric(
        vec3<f32>(inverse_masses[at], inverse_masses[at + 1u], inverse_masses[at + 2u]),
        vec3<f32>(inverse_masses[at + 3u], inverse_masses[at + 4u], inverse_masses[at + 5u]),
    );
}

// Second differences of the levels.
fn second_derivatives(plane: u32, j2: u32, j3: u32) -> Symmetric {
    let here = levels[node_index(plane, j2, j3)];
    var d = Symmetric(vec3<f32>(0.0), vec3<f32>(0.0));
    for (var m = 0u; m < ORDER / 2u; m++) {
        let s = (m + 1u) * params.stride;
        let p1 = plane + s;
        let m1 = plane - s;
        let p2 = ahead(j2, s, params.n2);
        let m2 = behind(j2, s, params.n2);
        let p3 = ahead(j3, s, params.n3);
        let m3 = behind(j3, s, params.n3);
        d.diagonal += SECOND_COEFFICIENTS[m] * vec3<f32>(
            difference_sum(levels[node_index(p1, j2, j3)], here, levels[node_index(m1, j2, j3)], here),
            difference_sum(levels[node_index(plane, p2, j3)], here, levels[node_index(plane, m2, j3)], here),
            difference_sum(levels[node_index(plane, j2, p3)], here, levels[node_index(plane, j2, m3)], here),
        );
        // The four corners around the node in the planes of axes 23, 13 and 12.
        d.mixed += SECOND_COEFFICIENTS[m] * vec3<f32>(
            difference_sum(
                levels[node_index(plane, p2, p3)],
                levels[node_index(plane, p2, m3)],
                levels[node_index(plane, m2, m3)],
                levels[node_index(plane, m2, p3)],
            ),
            difference_sum(
                levels[node_index(p1, j2, p3)],
                levels[node_index(p1, j2, m3)],
                levels[node_index(m1, j2, m3)],
                levels[node_index(m1, j2, p3)],
            ),
            difference_sum(
                levels[node_index(p1, p2, j3)],
                levels[node_index(p1, m2, j3)],
                levels[node_index(m1, m2, j3)],
                levels[node_index(m1, p2, j3)],
            ),
        );
    }
    d.mixed = 0.25 * d.mixed;
    return d;
}

// Velocity of the file at a node.
fn file_velocity(plane: u32, j2: u32, j3: u32) -> vec3<f32> {
    let at = 3u * node_index(plane, j2, j3);
    return vec3<f32>(velocities[at], velocities[at + 1u], velocities[at + 2u]);
}

// First differences of the velocities along each axis.
fn velocity_derivatives(plane: u32, j2: u32, j3: u32) -> array<vec3<f32>, 3> {
    var d: array<vec3<f32>, 3>;
    for (var m = 0u; m < 2u; m++) {
        let s = (m + 1u) * params.stride;
        d[0] += COEFFICIENTS[m] * (file_velocity(plane + s, j2, j3) - file_velocity(plane - s, j2, j3));
        d[1] += COEFFICIENTS[m] * (file_velocity(plane, ahead(j2, s, params.n2), j3)
            - file_velocity(plane, behind(j2, s, params.n2), j3));
        d[2] += COEFFICIENTS[m] * (file_velocity(plane, j2, ahead(j3, s, params.n3))
            - file_velocity(plane, j2, behind(j3, s, params.n3)));
    }
    return d;
}
