package dev.berth.launcher;

import java.nio.file.Path;

/**
 * A QEMU binary that was examined.
 *
 * @param binary as it was named
 * @param identity of the file when it was examined
 * @param capabilities what it said of itself
 */
record QemuInstall(Path binary, FileIdentity identity, QemuCapabilities capabilities) {}
