package dev.berth.qmp;

import java.time.Duration;

/**
 * A command that QEMU has not answered yet.
 *
 * @param name the QAPI name
 * @param age since it was given to the connection
 */
public record PendingCommand(String name, Duration age) {}
