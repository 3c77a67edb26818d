package dev.berth.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.host.MigrationRequest;
import dev.berth.host.Migrations;
import dev.berth.host.StorageCopy;
import dev.berth.host.VmHost;
import dev.berth.testing.LeakCheck;
import dev.berth.testing.MemoryHost;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What programs may leave out that ask for a migration themselves. */
@ExtendWith(LeakCheck.class)
final class MigrationMethodsTest {
  private static final String TARGET = "{\"domain\":\"web\",\"target\":\"unix:/other\"";

  @TempDir Path directory;

  private final List<MigrationRequest> asked = Collections.synchronizedList(new ArrayList<>());
  private ControlServer server;

  @BeforeEach
  void start() {
    server =
        new ControlServer(
                actor -> recording(MemoryHost.create().as(actor)),
                directory.resolve("control.sock"),
                ControlAccess.OWNER_ONLY,
                ControlServer.NOT_STOPPABLE)
            .start();
  }

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void whoeverNamesADirectoryForImagesHasThemCopied() throws Exception {
    assertThat(request(",\"storageDirectory\":\"/srv/images\"").storage())
        .contains(StorageCopy.into(Path.of("/srv/images")));
    assertThat(request(",\"storage\":\"copied\"").storage()).contains(StorageCopy.toSamePaths());
    assertThat(request("").storage()).isEqualTo(Optional.empty());
  }

  /** What a host is asked for by that call. */
  private MigrationRequest request(String more) throws Exception {
    try (RawPeer peer = RawPeer.connect(directory.resolve("control.sock"))) {
      assertThat(
              peer.request(1, "migration.obstacles", TARGET + more + "}").receive().has("result"))
          .isTrue();
    }
    return asked.get(asked.size() - 1);
  }

  /** That host, which only notes the migrations that it is asked about. */
  private VmHost recording(VmHost host) {
    Migrations migrations =
        proxy(
            Migrations.class,
            (self, method, arguments) -> {
              asked.add((MigrationRequest) arguments[1]);
              return List.of();
            });
    return proxy(
        VmHost.class,
        (self, method, arguments) -> {
          if (method.getName().equals("migrations")) {
            return migrations;
          }
          try {
            return method.invoke(host, arguments);
          } catch (InvocationTargetException failure) {
            throw failure.getCause();
          }
        });
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }
}
