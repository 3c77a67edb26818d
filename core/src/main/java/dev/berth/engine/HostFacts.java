package dev.berth.engine;

import dev.berth.host.HostInfo;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;

/**
 * What an engine is told of the host around it, for {@link HostInfo}.
 *
 * @param version of Berth
 * @param home where the store is
 * @param qemus the QEMU binaries found so far
 */
public record HostFacts(String version, Path home, Supplier<List<HostInfo.QemuInfo>> qemus) {}
