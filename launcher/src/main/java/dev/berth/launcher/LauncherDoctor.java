package dev.berth.launcher;

import dev.berth.doctor.Finding;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Examines what launching needs of a host: QEMU and what runs guest code in it, devices, helper
 * programs, and what dead machines have left. Changes nothing, save that it uses the cache
 * directory of the settings; whoever wants no trace gives one that is thrown away. Stateless.
 */
public final class LauncherDoctor {
  private LauncherDoctor() {}

  /**
   * Examines this host. Runs each QEMU there is; where KVM does not work, that takes seconds.
   *
   * @throws InterruptedException when the caller is interrupted while a QEMU runs
   */
  public static List<Finding> examine(LauncherSettings settings) throws InterruptedException {
    List<Finding> findings = new ArrayList<>(QemuFindings.of(settings).examine());
    findings.addAll(new DeviceFindings(Path.of("/dev")).examine());
    findings.addAll(new ToolFindings(settings.searchPath()).examine());
    findings.add(ShareFindings.examine(new VirtiofsdFinder(VirtiofsdFinder.DIRECTORIES)));
    try (ProcessTable table = new ProcessTable()) {
      findings.add(new LeftoverFindings(settings.runDirectory(), table).examine());
    }
    return findings;
  }
}
