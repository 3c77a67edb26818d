package dev.berth.config;

import dev.berth.control.TlsEndpoint;
import dev.berth.engine.Engine;
import dev.berth.engine.migration.HostFacts;
import dev.berth.engine.migration.HostNetwork;
import dev.berth.launcher.LauncherSettings;
import dev.berth.launcher.QemuLauncher;
import dev.berth.machine.MachineLauncher;
import dev.berth.migration.StreamAddress;
import dev.berth.qmp.QmpLoop;
import dev.berth.storage.H2Store;
import dev.berth.storage.StoreSettings;
import dev.berth.store.Store;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.function.UnaryOperator;

/** A host that is wired as {@link HostModule} wires one, with ports that are not the usual ones. */
final class HandMadeHost {
  private HandMadeHost() {}

  /** Opens one, which ends with its process. */
  static Engine open(
      HostSettings settings,
      UnaryOperator<Store> storing,
      UnaryOperator<MachineLauncher> launching) {
    HomeLayout layout = settings.layout();
    Clock clock = Clock.systemUTC();
    H2Store store =
        H2Store.open(
            new StoreSettings(layout.home(), settings.eventsKept(), settings.eventAge(), clock));
    ExecutorService drivers = Engine.driverThreads();
    QmpLoop loop = QmpLoop.start("berth-qmp", drivers);
    QemuLauncher launcher =
        QemuLauncher.start(
            new LauncherSettings(
                layout.runDirectory(),
                layout.logDirectory(),
                layout.home().resolve(LauncherSettings.VARIABLES),
                layout.cacheDirectory(),
                settings.qemuBinaries(),
                settings.searchPath(),
                LauncherSettings.DEFAULT_KVM_TEST_LIMIT),
            loop,
            drivers);
    return Engine.open(
        storing.apply(store),
        launching.apply(launcher),
        HostModule.imageFiles(settings, store),
        drivers,
        clock,
        settings.engine(),
        new HostFacts(
            BerthVersion.TEXT,
            layout.home(),
            HostBoot.id(),
            List::of,
            Optional::empty,
            settings.resources(),
            new HostNetwork(
                settings.tls(),
                settings.listen().map(TlsEndpoint::host).orElse(StreamAddress.Port.ANY_ADDRESS),
                settings.migration())));
  }
}
