//! Many at the same moment.

use std::sync::Barrier;

/// So many are many.
pub const THREADS: usize = 64;

/// Runs `work` in all threads at the same moment, and answers what came of it in the order of the threads.
pub fn at_once<T: Send>(work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let start = Barrier::new(THREADS);
    std::thread::scope(|scope| {
        let (start, work) = (&start, &work);
        let threads: Vec<_> = (0..THREADS)
            .map(|index| {
                scope.spawn(move || {
                    start.wait();
                    work(index)
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("a thread does not panic")).collect()
    })
}
