//! Small symmetric matrices, as regressions with a few dozen columns need them: factor, solve, invert.

/// A square matrix, row after row.
#[derive(Clone, Debug)]
pub(crate) struct Square {
    k: usize,
    cells: Vec<f64>,
}

impl Square {
    pub(crate) fn zero(k: usize) -> Self {
        Self { k, cells: vec![0.0; k * k] }
    }

    pub(crate) fn get(&self, i: usize, j: usize) -> f64 {
        self.cells[i * self.k + j]
    }

    pub(crate) fn row(&self, i: usize) -> &[f64] {
        &self.cells[i * self.k..(i + 1) * self.k]
    }

    pub(crate) fn add(&mut self, i: usize, j: usize, value: f64) {
        self.cells[i * self.k + j] += value;
    }

    /// Empties a row and its column.
    pub(crate) fn clear(&mut self, i: usize) {
        for j in 0..self.k {
            self.cells[i * self.k + j] = 0.0;
            self.cells[j * self.k + i] = 0.0;
        }
    }

    /// Adds `weight x x'`. Most columns are indicators, so zeros are passed over.
    pub(crate) fn add_outer(&mut self, x: &[f64], weight: f64) {
        if weight == 0.0 {
            return;
        }
        for (i, &left) in x.iter().enumerate() {
            if left != 0.0 {
                let row = &mut self.cells[i * self.k..(i + 1) * self.k];
                let scaled = weight * left;
                row.iter_mut().zip(x).for_each(|(cell, &right)| *cell += scaled * right);
            }
        }
    }

    pub(crate) fn times(&self, other: &Square) -> Square {
        let mut product = Square::zero(self.k);
        for i in 0..self.k {
            for middle in 0..self.k {
                let left = self.get(i, middle);
                for j in 0..self.k {
                    product.add(i, j, left * other.get(middle, j));
                }
            }
        }
        product
    }

    pub(crate) fn scaled(mut self, factor: f64) -> Square {
        self.cells.iter_mut().for_each(|cell| *cell *= factor);
        self
    }
}

pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The Cholesky factor of a positive definite matrix, scaled to a diagonal of ones beforehand.
#[derive(Clone, Debug)]
pub(crate) struct Factor {
    k: usize,
    lower: Vec<f64>,
    scale: Vec<f64>,
}

impl Factor {
    /// Factors a matrix; where a scaled pivot is not above `tolerance`, gives the column that others add up to.
    pub(crate) fn of(matrix: &Square, tolerance: f64) -> Result<Self, usize> {
        let k = matrix.k;
        let mut scale = Vec::with_capacity(k);
        for i in 0..k {
            let pivot = matrix.get(i, i);
            if !(pivot > 0.0 && pivot.is_finite()) {
                return Err(i);
            }
            scale.push(1.0 / pivot.sqrt());
        }
        let mut lower = vec![0.0; k * k];
        for i in 0..k {
            for j in 0..=i {
                let known = dot(&lower[i * k..i * k + j], &lower[j * k..j * k + j]);
                let rest = matrix.get(i, j) * scale[i] * scale[j] - known;
                if i == j {
                    if rest.is_nan() || rest <= tolerance {
                        return Err(i);
                    }
                    lower[i * k + i] = rest.sqrt();
                } else {
                    lower[i * k + j] = rest / lower[j * k + j];
                }
            }
        }
        Ok(Self { k, lower, scale })
    }

    /// The `x` with `matrix x = right`.
    pub(crate) fn solve(&self, right: &[f64]) -> Vec<f64> {
        let (k, lower) = (self.k, &self.lower);
        let mut x: Vec<f64> = right.iter().zip(&self.scale).map(|(value, scale)| value * scale).collect();
        for i in 0..k {
            x[i] = (x[i] - dot(&lower[i * k..i * k + i], &x[..i])) / lower[i * k + i];
        }
        for i in (0..k).rev() {
            let known: f64 = (i + 1..k).map(|j| lower[j * k + i] * x[j]).sum();
            x[i] = (x[i] - known) / lower[i * k + i];
        }
        x.iter_mut().zip(&self.scale).for_each(|(value, scale)| *value *= scale);
        x
    }

    pub(crate) fn inverse(&self) -> Square {
        let mut inverse = Square::zero(self.k);
        for j in 0..self.k {
            let mut unit = vec![0.0; self.k];
            unit[j] = 1.0;
            for (i, value) in self.solve(&unit).into_iter().enumerate() {
                inverse.add(i, j, value);
            }
        }
        inverse
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// [[4, 2], [2, 3]] has the inverse [[3, -2], [-2, 4]]/8.
    #[test]
    fn two_by_two_by_hand() {
        let mut matrix = Square::zero(2);
        for (i, j, value) in [(0, 0, 4.0), (0, 1, 2.0), (1, 0, 2.0), (1, 1, 3.0)] {
            matrix.add(i, j, value);
        }
        let factor = Factor::of(&matrix, 1e-12).unwrap();
        let x = factor.solve(&[2.0, 5.0]);
        assert!((x[0] + 0.5).abs() < 1e-12 && (x[1] - 2.0).abs() < 1e-12, "{x:?}");
        let inverse = factor.inverse();
        assert!((inverse.get(0, 0) - 0.375).abs() < 1e-12 && (inverse.get(0, 1) + 0.25).abs() < 1e-12);
        assert!((matrix.times(&inverse).get(1, 1) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_column_that_others_add_up_to_is_named() {
        let mut matrix = Square::zero(3);
        for x in [[1.0, 0.0, 1.0], [0.0, 1.0, 1.0], [1.0, 1.0, 2.0]] {
            matrix.add_outer(&x, 1.0);
        }
        assert_eq!(Factor::of(&matrix, 1e-12).unwrap_err(), 2);
        assert_eq!(Factor::of(&Square::zero(1), 1e-12).unwrap_err(), 0);
    }
}
