package dev.berth.config;

import com.google.common.io.Closer;
import dagger.Module;
import dagger.Provides;
import dev.berth.control.TlsEndpoint;
import dev.berth.engine.Engine;
import dev.berth.engine.migration.HostFacts;
import dev.berth.engine.migration.HostNetwork;
import dev.berth.image.ImageFiles;
import dev.berth.launcher.LauncherSettings;
import dev.berth.launcher.QemuLauncher;
import dev.berth.machine.MachineLauncher;
import dev.berth.migration.StreamAddress;
import dev.berth.qmp.QmpLoop;
import dev.berth.storage.H2Store;
import dev.berth.storage.PoolFiles;
import dev.berth.storage.QemuImg;
import dev.berth.storage.StoreSettings;
import dev.berth.store.Store;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.concurrent.ExecutorService;

/**
 * Binds the engine's ports to their adapters. Whatever is opened here is put on the closer at once,
 * so that a failure half-way, and the end, close it in reverse order. The store comes first: a
 * second owner is refused before it has done anything.
 */
@Module
final class HostModule {
  private HostModule() {}

  @Provides
  @Singleton
  static Clock clock() {
    return Clock.systemUTC();
  }

  @Provides
  @Singleton
  static Closer closer() {
    return Closer.create();
  }

  @Provides
  @Singleton
  static H2Store h2Store(HostSettings settings, Clock clock, Closer closer) {
    H2Store store =
        H2Store.open(
            new StoreSettings(
                settings.layout().home(), settings.eventsKept(), settings.eventAge(), clock));
    closer.register(store::close);
    return store;
  }

  @Provides
  static Store store(H2Store store) {
    return store;
  }

  @Provides
  @Singleton
  static ExecutorService driverThreads(Closer closer) {
    ExecutorService threads = Engine.driverThreads();
    closer.register(() -> Engine.endDriverThreads(threads));
    return threads;
  }

  @Provides
  @Singleton
  static QmpLoop qmpLoop(ExecutorService driverThreads, Closer closer) {
    QmpLoop loop = QmpLoop.start("berth-qmp", driverThreads);
    closer.register(loop::close);
    return loop;
  }

  @Provides
  @Singleton
  static QemuLauncher launcher(
      HostSettings settings, QmpLoop loop, ExecutorService driverThreads, Closer closer) {
    HomeLayout layout = settings.layout();
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
            driverThreads);
    closer.register(launcher::close);
    return launcher;
  }

  @Provides
  static MachineLauncher machineLauncher(QemuLauncher launcher) {
    return launcher;
  }

  @Provides
  static ImageFiles imageFiles(HostSettings settings, H2Store store) {
    return new PoolFiles(
        new QemuImg(settings.qemuBinaries(), settings.searchPath()), store.hostId());
  }

  @Provides
  @Singleton
  static Engine engine(
      Store store,
      QemuLauncher launcher,
      ImageFiles images,
      ExecutorService driverThreads,
      Clock clock,
      HostSettings settings,
      Closer closer) {
    HostFacts facts =
        new HostFacts(
            BerthVersion.TEXT,
            settings.layout().home(),
            HostBoot.id(),
            launcher::qemus,
            launcher::withoutScopes,
            settings.resources(),
            new HostNetwork(
                settings.tls(),
                settings.listen().map(TlsEndpoint::host).orElse(StreamAddress.Port.ANY_ADDRESS),
                settings.migration()));
    Engine engine =
        Engine.open(store, launcher, images, driverThreads, clock, settings.engine(), facts);
    closer.register(engine::close);
    return engine;
  }
}
