/**
 * Holds the typed model of QMP against QEMU: every command that a test can run is run on each
 * supported QEMU, its reply and the events it causes are read with nothing left over, and {@code
 * docs/qmp-coverage.md} is written from what was seen. Entry types: {@link
 * dev.berth.conformance.ScenariosTest} and {@link dev.berth.conformance.CoveragePageTest}.
 */
package dev.berth.conformance;
