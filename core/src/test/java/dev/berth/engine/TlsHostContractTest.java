package dev.berth.engine;

import dev.berth.testing.LeakCheck;
import dev.berth.testing.contract.CallerContract;
import dev.berth.testing.contract.DefinitionContract;
import dev.berth.testing.contract.EventContract;
import dev.berth.testing.contract.FrontContract;
import dev.berth.testing.contract.GuestContract;
import dev.berth.testing.contract.GuestRig;
import dev.berth.testing.contract.ListenerContract;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * What every host does, by an engine behind TLS: calls, events, consoles. {@link
 * TlsWholeContractTest} has the rest.
 */
@ExtendWith(LeakCheck.class)
@Tag("once")
@Timeout(90)
final class TlsHostContractTest
    implements DefinitionContract,
        EventContract,
        ListenerContract,
        CallerContract,
        FrontContract,
        GuestContract {
  @TempDir Path directory;
  private TlsRig rig;

  @BeforeEach
  void open() {
    rig = new TlsRig(directory);
  }

  @AfterEach
  void close() {
    rig.close();
  }

  @Override
  public GuestRig rig() {
    return rig;
  }
}
