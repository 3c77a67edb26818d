package dev.berth.engine.migration;

import dev.berth.host.HostInfo;
import dev.berth.host.ResourceResolver;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What an engine is told of the host around it, mostly for {@link HostInfo}.
 *
 * @param version of Berth
 * @param home where the store is
 * @param boot id of the present boot of the machine, as in {@code /proc/sys/kernel/random/boot_id};
 *     empty when not known, and then no domain is started by its {@code autostart}
 * @param qemus the QEMU binaries found so far
 * @param withoutScopes why QEMUs do not get systemd scopes of their own, if they do not
 * @param resources who is asked for what definitions name and no caller has given
 * @param network how it reaches other hosts, and they it
 */
public record HostFacts(
    String version,
    Path home,
    String boot,
    Supplier<List<HostInfo.QemuInfo>> qemus,
    Supplier<Optional<String>> withoutScopes,
    ResourceResolver resources,
    HostNetwork network) {

  /** Facts of a host without a resolver, which other machines do not reach. */
  public HostFacts(
      String version,
      Path home,
      String boot,
      Supplier<List<HostInfo.QemuInfo>> qemus,
      Supplier<Optional<String>> withoutScopes) {
    this(version, home, boot, qemus, withoutScopes, ResourceResolver.NONE, HostNetwork.local());
  }
}
