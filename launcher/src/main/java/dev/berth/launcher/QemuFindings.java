package dev.berth.launcher;

import dev.berth.definition.AcceleratorChoice;
import dev.berth.doctor.Finding;
import dev.berth.launcher.QemuFinder.Candidate;
import java.util.ArrayList;
import java.util.List;

/** Which QEMU binaries there are, which one is used, and what runs guest code in it. */
final class QemuFindings {
  private static final String QEMU = "qemu";
  private static final String ACCELERATOR = "accelerator";
  private static final String INSTALL =
      "install qemu-system-x86, or name a binary in the setting 'qemu'";

  private final QemuFinder finder;
  private final AcceleratorChooser accelerators;
  private final String searchPath;

  QemuFindings(QemuFinder finder, AcceleratorChooser accelerators, String searchPath) {
    this.finder = finder;
    this.accelerators = accelerators;
    this.searchPath = searchPath;
  }

  static QemuFindings of(LauncherSettings settings) {
    HostCache cache = new HostCache(settings.cacheDirectory());
    QemuProbe probe = new QemuProbe(QemuLauncher.PROBE_LIMIT);
    AcceleratorTest test = new AcceleratorTest(settings.cacheDirectory(), settings.kvmTestLimit());
    return new QemuFindings(
        new QemuFinder(settings.qemuBinaries(), settings.searchPath(), probe, cache),
        new AcceleratorChooser(test, cache),
        settings.searchPath());
  }

  /** A finding for each binary; the one that machines are started with comes with its proof. */
  List<Finding> examine() throws InterruptedException {
    List<Finding> findings = new ArrayList<>();
    boolean oneIsUsed = false;
    for (Candidate candidate : finder.survey()) {
      if (candidate.install().isEmpty()) {
        findings.add(Finding.note(QEMU, withoutStop(candidate.obstacle()), INSTALL));
      } else if (oneIsUsed) {
        findings.add(Finding.ok(QEMU, named(candidate.install().get()) + ", not used"));
      } else {
        QemuInstall used = candidate.install().get();
        oneIsUsed = true;
        findings.add(Finding.ok(QEMU, named(used) + ", used for new machines"));
        findings.add(proof(used));
      }
    }
    if (!oneIsUsed) {
      findings.add(
          Finding.problem(
              QEMU,
              "no usable QEMU, so no machine can be started (PATH " + searchPath + ")",
              INSTALL));
    }
    return findings;
  }

  private Finding proof(QemuInstall qemu) throws InterruptedException {
    AcceleratorVerdict verdict = accelerators.choose(qemu, AcceleratorChoice.AUTO);
    String text = verdict.accelerator() + ": " + verdict.reason();
    return verdict.isKvm()
        ? Finding.ok(ACCELERATOR, text)
        : Finding.note(
            ACCELERATOR,
            text,
            "guests run, ten times slower or worse; for KVM, virtualization has to be on in the"
                + " firmware, or nested virtualization in the hypervisor below");
  }

  private static String named(QemuInstall qemu) {
    return qemu.binary() + " " + qemu.capabilities().version();
  }

  private static String withoutStop(String sentence) {
    return sentence.endsWith(".") ? sentence.substring(0, sentence.length() - 1) : sentence;
  }
}
