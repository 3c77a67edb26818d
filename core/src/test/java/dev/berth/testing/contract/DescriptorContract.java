package dev.berth.testing.contract;

import static dev.berth.testing.contract.HostRig.WEB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.domain.DomainState;
import dev.berth.domain.HandTouch;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.QemuRefusedException;
import dev.berth.host.CallOptions;
import dev.berth.host.QmpRequest;
import dev.berth.host.Resources;
import dev.berth.json.Json;
import java.io.File;
import java.io.FileDescriptor;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** File descriptors that go with QMP commands by hand. */
public interface DescriptorContract {

  /** The host under test. */
  HostRig rig();

  @Test
  default void aDescriptorGoesWithItsCommand() throws Exception {
    rig().webIs(DomainState.RUNNING);
    try (RandomAccessFile file = file()) {
      assertThat(send("getfd", "{}", "log", file)).isEmpty();

      JsonNode added = send("add-fd", "{}", "image", file);

      assertThat(added.path("fdset-id").asInt()).isGreaterThanOrEqualTo(10_000);
      assertThat(added.path("fd").isIntegralNumber()).isTrue();
      JsonNode set = set(added.path("fdset-id").asInt());
      assertThat(set.at("/fds/0/opaque").asText()).isEqualTo("image");
      assertThat(file.length()).as("the caller's own is open").isEqualTo(512);
    }
    assertThat(touched()).contains("add-fd");
  }

  @Test
  default void setsByHandAreNumberedOneAfterTheOther() throws Exception {
    rig().webIs(DomainState.RUNNING);
    try (RandomAccessFile file = file()) {
      int first = send("add-fd", "{}", "one", file).path("fdset-id").asInt();
      int second = send("add-fd", "{}", "two", file).path("fdset-id").asInt();
      int again =
          send("add-fd", "{\"fdset-id\":" + first + "}", "more", file).path("fdset-id").asInt();

      assertThat(second).isEqualTo(first + 1);
      assertThat(again).isEqualTo(first);
      assertThat(set(first).path("fds")).hasSize(2);
      send("remove-fd", "{\"fdset-id\":" + first + "}");
      assertThat(send("add-fd", "{}", "three", file).path("fdset-id").asInt())
          .as("one that nobody has")
          .isNotEqualTo(second)
          .isGreaterThanOrEqualTo(first);
    }
  }

  @Test
  default void theHostsOwnNumbersAreRefusedAlsoWhenSentRaw() throws Exception {
    rig().webIs(DomainState.RUNNING);
    try (RandomAccessFile file = file()) {
      for (int number : new int[] {0, 1, 9_999}) {
        QmpRequest add = QmpRequest.of("add-fd", "{\"fdset-id\":" + number + "}");
        isInvalid(add, given("image", file.getFD()), "10000");
        isInvalid(add.raw(), given("image", file.getFD()), "10000");
        isInvalid(
            QmpRequest.of("remove-fd", "{\"fdset-id\":" + number + "}"), Resources.none(), "10000");
      }
    }
    assertThat(touched()).isEmpty();
  }

  @Test
  default void moreOrLessThanACommandTakesIsNotSent() throws Exception {
    rig().webIs(DomainState.RUNNING);
    try (RandomAccessFile file = file()) {
      Resources one = given("image", file.getFD());
      Resources two = Resources.of(Map.of("a", file.getFD(), "b", file.getFD()), Map.of());
      Resources secret =
          Resources.of(Map.of("image", file.getFD()), Map.of("key", new byte[] {'x'}));

      isInvalid(QmpRequest.of("add-fd", "{}"), Resources.none(), "with no file descriptor");
      isInvalid(QmpRequest.of("getfd", "{}").raw(), Resources.none(), "with no file descriptor");
      isInvalid(QmpRequest.of("add-fd", "{}"), two, "file descriptors 'a', 'b'");
      isInvalid(QmpRequest.of("add-fd", "{}"), secret, "it takes no secret");
      isInvalid(QmpRequest.of("stop", "{}"), one, "file descriptor 'image': it takes none");
      isInvalid(QmpRequest.of("stop", "{}").raw(), one, "it takes none");
      isInvalid(QmpRequest.of("getfd", "{\"fdname\":\"other\"}"), one, "'fdname' has another name");
      isInvalid(QmpRequest.of("add-fd", "{}").outOfBand(), one, "in band only");
      isInvalid(QmpRequest.of("add-fd", "{\"set\":1}"), one, "arguments.set");
    }
    assertThat(touched()).isEmpty();
    assertThat(rig().state()).isEqualTo(DomainState.RUNNING);
  }

  @Test
  default void noDescriptorStaysOpenWhateverBecomesOfTheCommand() throws Exception {
    rig().webIs(DomainState.RUNNING);
    RandomAccessFile file = file();
    FileDescriptor descriptor = file.getFD();

    send("add-fd", "{}", "image", file);
    refusal(InvalidRequestException.class, QmpRequest.of("stop", "{}"), given("a", descriptor));
    refusal(QemuRefusedException.class, QmpRequest.of("remove-fd", "{\"fdset-id\":77777}"), none());
    rig().destroy();
    refusal(InvalidStateException.class, QmpRequest.of("add-fd", "{}"), given("a", descriptor));
    file.close();

    assertThat(files()).as("files that this process has open").isEmpty();
  }

  private static Resources none() {
    return Resources.none();
  }

  private JsonNode send(String command, String arguments) throws IOException {
    return send(QmpRequest.of(command, arguments), Resources.none());
  }

  private JsonNode send(String command, String arguments, String name, RandomAccessFile file)
      throws IOException {
    return send(QmpRequest.of(command, arguments), given(name, file.getFD()));
  }

  private JsonNode send(QmpRequest request, Resources given) throws IOException {
    return Json.read(rig().host().qmp(WEB, request, given, CallOptions.within(HostRig.PATIENCE)));
  }

  private static Resources given(String name, FileDescriptor descriptor) {
    return Resources.of(Map.of(name, descriptor), Map.of());
  }

  private JsonNode set(int number) throws IOException {
    for (JsonNode set : send("query-fdsets", "{}")) {
      if (set.path("fdset-id").asInt() == number) {
        return set;
      }
    }
    throw new AssertionError("there is no fdset " + number);
  }

  private Optional<String> touched() {
    return rig().host().domain(WEB).machine().flatMap(it -> it.touched()).map(HandTouch::command);
  }

  private void isInvalid(QmpRequest request, Resources given, String words) {
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> send(request, given))
        .withMessageContaining(words);
  }

  private void refusal(Class<? extends Exception> error, QmpRequest request, Resources given) {
    assertThatExceptionOfType(error).isThrownBy(() -> send(request, given));
  }

  /** A file without a name. */
  private static RandomAccessFile file() throws Exception {
    File file = File.createTempFile("berth-contract", ".raw");
    RandomAccessFile open = new RandomAccessFile(file, "rw");
    open.setLength(512);
    assertThat(file.delete()).isTrue();
    return open;
  }

  private static List<String> files() throws Exception {
    return OpenFiles.ofThisProcess().stream()
        .filter(file -> file.contains("berth-contract"))
        .toList();
  }
}
