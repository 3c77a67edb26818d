package dev.berth.host;

import dev.berth.api.Api;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a host is.
 *
 * @param version of Berth
 * @param home where the store is
 * @param pid of the host process
 * @param domains how many are defined
 * @param machines how many have a machine
 * @param qemus the QEMU binaries found so far
 * @param withoutScopes why QEMUs do not get systemd scopes of their own, so that they share the
 *     control group of the host process and are ended with it unless its unit says otherwise; empty
 *     when each gets one
 */
@Api(since = "0.1")
public record HostInfo(
    String version,
    Path home,
    long pid,
    int domains,
    int machines,
    List<QemuInfo> qemus,
    Optional<String> withoutScopes) {

  /** Copies the list. */
  public HostInfo {
    qemus = List.copyOf(qemus);
  }

  /**
   * A QEMU binary.
   *
   * @param binary its path
   * @param version e.g. {@code 7.2.22}
   * @param accelerator {@code kvm} or {@code tcg}
   * @param acceleratorReason why that one
   */
  public record QemuInfo(
      Path binary, String version, String accelerator, String acceleratorReason) {}
}
