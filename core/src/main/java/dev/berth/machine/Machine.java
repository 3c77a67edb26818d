package dev.berth.machine;

import dev.berth.qmp.QmpConnection;

/**
 * One live incarnation of a domain.
 *
 * @param launch the record it was started with
 * @param process its QEMU
 * @param qmp its monitor, negotiated
 */
public record Machine(LaunchRecord launch, QemuProcess process, QmpConnection qmp) {}
