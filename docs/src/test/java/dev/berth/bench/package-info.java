/**
 * What {@code ./bench} runs: Berth against the least that could do the same, by turns, in one JVM.
 * {@link dev.berth.bench.Bench} is the main class; {@code docs/benchmarks.md} says what each row
 * measures. Uses public interfaces only, as a platform would, and nothing in Berth depends on it.
 */
@NullMarked
package dev.berth.bench;

import org.jspecify.annotations.NullMarked;
