package dev.berth.config;

import com.google.common.io.Closer;
import dagger.BindsInstance;
import dagger.Component;
import dev.berth.engine.Engine;
import dev.berth.store.Store;
import jakarta.inject.Singleton;

/** Everything one host is made of. Objects are opened when they are first asked for. */
@Singleton
@Component(modules = HostModule.class)
interface HostComponent {
  /** Closes whatever has been opened, in reverse order. */
  Closer closer();

  /** The store; ask for it before the engine. */
  Store store();

  Engine engine();

  /** Makes components. */
  @Component.Factory
  interface Factory {
    HostComponent create(@BindsInstance HostSettings settings);
  }
}
