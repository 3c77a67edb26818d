package dev.berth.testing.contract;

import static dev.berth.testing.contract.HostRig.PATIENCE;
import static dev.berth.testing.contract.HostRig.WEB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.domain.DomainState;
import dev.berth.error.DeadlineExceededException;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.ResourcesMissingException;
import dev.berth.host.CallOptions;
import dev.berth.host.DefineCondition;
import dev.berth.host.Resources;
import dev.berth.host.StartMode;
import dev.berth.host.VerbResult;
import java.io.File;
import java.io.FileDescriptor;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What definitions name and callers give. */
public interface ResourceContract {

  /** The host under test. */
  HostRig rig();

  @Test
  default void aDomainIsStartedWithWhatTheCallGives() throws Exception {
    defineWithDisks("root-fd", "data-fd");
    try (RandomAccessFile root = image();
        RandomAccessFile data = image()) {
      VerbResult started =
          start(Resources.of(Map.of("root-fd", root.getFD(), "data-fd", data.getFD()), Map.of()));

      assertThat(started.effect()).isEqualTo(VerbResult.Effect.CHANGED);
      assertThat(started.snapshot().status().state()).isEqualTo(DomainState.PAUSED);
      assertThat(root.length()).as("the caller's own is open").isEqualTo(1 << 20);
    }
    assertThat(rig().destroy().snapshot().status().state()).isEqualTo(DomainState.SHUTOFF);
  }

  @Test
  default void whatNobodySuppliesIsNamedAllAtOnce() throws Exception {
    rig()
        .define(
            """
            name: web
            memory: 64MiB
            disks:
              - {name: root, fd: root-fd, format: raw}
              - {name: data, fd: data-fd, format: qcow2, secret: data-key}
              - {name: more, file: /none.qcow2, format: qcow2, secret: more-key}
            """,
            new DefineCondition.Always());
    long before = rig().host().eventRange().newest();

    try (RandomAccessFile root = image()) {
      Resources given =
          Resources.of(
              Map.of("root-fd", root.getFD()),
              Map.of("more-key", "of no use".getBytes(StandardCharsets.UTF_8)));
      assertThatThrownBy(() -> start(given))
          .isInstanceOfSatisfying(
              ResourcesMissingException.class,
              missing -> {
                assertThat(missing.descriptors()).containsExactly("data-fd");
                assertThat(missing.secrets()).containsExactly("data-key");
              })
          .hasMessageContaining("file descriptor 'data-fd' and secret 'data-key'");
    }
    assertThatThrownBy(() -> start(Resources.none()))
        .isInstanceOfSatisfying(
            ResourcesMissingException.class,
            missing -> {
              assertThat(missing.descriptors()).containsExactly("data-fd", "root-fd");
              assertThat(missing.secrets()).containsExactly("data-key", "more-key");
            });
    assertThat(rig().state()).isEqualTo(DomainState.SHUTOFF);
    assertThat(rig().eventsAfter(before)).isEmpty();
  }

  @Test
  default void whatTheDefinitionDoesNotNameIsRefused() throws Exception {
    defineWithDisks("root-fd");
    try (RandomAccessFile root = image()) {
      FileDescriptor descriptor = root.getFD();

      assertThatThrownBy(
              () ->
                  start(
                      Resources.of(
                          Map.of("root-fd", descriptor, "other", descriptor),
                          Map.of("key", new byte[] {'x'}))))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("file descriptor 'other' and secret 'key'");
    }
    assertThat(rig().state()).isEqualTo(DomainState.SHUTOFF);
  }

  @Test
  default void aDomainThatRunsTakesNothing() throws Exception {
    rig().webIs(DomainState.PAUSED);
    try (RandomAccessFile file = image()) {
      VerbResult again = start(Resources.of(Map.of("any", file.getFD()), Map.of()));

      assertThat(again.effect()).isEqualTo(VerbResult.Effect.ALREADY);
    }
  }

  @Test
  default void noDescriptorStaysOpenWhateverBecomesOfTheCall() throws Exception {
    defineWithDisks("root-fd");
    RandomAccessFile root = image();
    Resources given = Resources.of(Map.of("root-fd", root.getFD()), Map.of());
    Resources tooMuch =
        Resources.of(Map.of("root-fd", root.getFD(), "other", root.getFD()), Map.of());

    assertThatThrownBy(() -> start(tooMuch)).isInstanceOf(InvalidRequestException.class);
    start(given);
    start(given); // already so
    rig().destroy();
    start(given);
    root.close();
    rig().destroy();

    assertThat(images()).as("images that this process has open").isEmpty();
  }

  @Test
  default void whatAnInterruptedCallerGivesIsUsedAllTheSame() throws Exception {
    defineWithDisks("root-fd");

    CompletableFuture<Boolean> interrupted =
        HostRig.async(
            () -> {
              try (RandomAccessFile root = image()) {
                Resources given = Resources.of(Map.of("root-fd", root.getFD()), Map.of());
                Thread.currentThread().interrupt();
                assertThatThrownBy(() -> start(given))
                    .isInstanceOf(DeadlineExceededException.class);
                return Thread.interrupted();
              }
            });

    assertThat(interrupted.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    rig().host().await(WEB, Set.of(DomainState.PAUSED), PATIENCE);
    rig().destroy();
  }

  private void defineWithDisks(String... descriptors) {
    StringBuilder text = new StringBuilder("name: web\nmemory: 64MiB\ndisks:\n");
    for (String descriptor : descriptors) {
      text.append("  - {name: d-" + descriptor + ", fd: " + descriptor + ", format: raw}\n");
    }
    rig().define(text.toString(), new DefineCondition.Always());
  }

  private VerbResult start(Resources resources) {
    return rig().host().start(WEB, StartMode.PAUSED, resources, CallOptions.within(PATIENCE));
  }

  /** An image without a name: whoever wants it needs its descriptor. */
  private static RandomAccessFile image() throws Exception {
    File file = File.createTempFile("berth-contract", ".raw");
    RandomAccessFile image = new RandomAccessFile(file, "rw");
    image.setLength(1 << 20);
    assertThat(file.delete()).isTrue();
    return image;
  }

  private static List<String> images() throws Exception {
    return OpenFiles.ofThisProcess().stream()
        .filter(file -> file.contains("berth-contract"))
        .toList();
  }
}
