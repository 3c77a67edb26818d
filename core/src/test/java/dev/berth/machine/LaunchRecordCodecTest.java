package dev.berth.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.domain.ByteSize;
import dev.berth.domain.DomainName;
import dev.berth.error.HostFailureException;
import dev.berth.error.UnsupportedException;
import dev.berth.machine.AssemblyStep.FileAccess;
import dev.berth.machine.AssemblyStep.FileKey;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LaunchRecordCodecTest {
  private final LaunchRecordCodec codec = new LaunchRecordCodec();

  @Test
  void aRecordIsReadBackAsItWasWritten() {
    LaunchRecord launch = launch();

    assertThat(codec.read(codec.write(launch))).isEqualTo(launch);
  }

  @Test
  void unknownMembersAreIgnored() {
    String text = codec.write(launch()).replaceFirst("\\{", "{\"later\":[1],");

    assertThat(codec.read(text)).isEqualTo(launch());
  }

  @Test
  void aNewerFormatIsRefusedByName() {
    String text = codec.write(launch()).replace("\"format\":5", "\"format\":7");

    assertThatThrownBy(() -> codec.read(text))
        .isInstanceOf(UnsupportedException.class)
        .hasMessageContaining("format 7")
        .hasMessageContaining("up to 5");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "null",
        "[]",
        "{\"format\":1}",
        "{\"format\":1,\"subject\":{\"domain\":\"x\"},\"qemu\":{},\"files\":{}}"
      })
  void whatIsNoLaunchRecordIsAHostFailure(String text) {
    assertThatThrownBy(() -> codec.read(text)).isInstanceOf(HostFailureException.class);
  }

  @Test
  void aRecordFromBeforeThereWereInheritedFilesHasNone() throws Exception {
    ObjectNode document = (ObjectNode) new ObjectMapper().readTree(codec.write(launch()));
    document.remove("inherited");

    assertThat(codec.read(document.toString()).inherited()).isEmpty();
  }

  @Test
  void aRecordWithoutTapsStaysReadableForTheFirstVersions() throws Exception {
    ObjectNode document = (ObjectNode) new ObjectMapper().readTree(codec.write(launch()));
    document.putArray("assembly");

    assertThat(codec.write(codec.read(document.toString()))).contains("\"format\":1,");
  }

  private static LaunchRecord launch() {
    ObjectNode arguments = new ObjectMapper().createObjectNode();
    arguments.put("driver", "virtio-blk-pci").put("bootindex", 1);
    return new LaunchRecord(
        new LaunchRecord.Subject(
            UUID.fromString("6a2c3b44-0000-4000-8000-000000000001"),
            new DomainName("web-1"),
            3,
            "0123456789abcdef0123456789abcdef"),
        new LaunchRecord.Qemu(Path.of("/usr/bin/qemu-system-x86_64"), "7.2.22"),
        new LaunchRecord.Hardware(
            "pc-q35-7.2", "max", 2, ByteSize.mebibytes(512), "tcg", "asked for"),
        List.of("/usr/bin/qemu-system-x86_64", "-S"),
        List.of(
            new AssemblyStep.PassFile(1, Path.of("/images/a b.raw"), FileAccess.READ_ONLY, "root"),
            new AssemblyStep.PassGivenFile(
                2, "data", new FileKey(65024, 4711), FileAccess.READ_WRITE, "data rw"),
            new AssemblyStep.AddSecret("secret-data", "key", "data"),
            new AssemblyStep.PassTap("net-c", "c", new TapSource.Given("uplink")),
            new AssemblyStep.PassTap(
                "net-a", "a", new TapSource.Existing("tap0"), Optional.of("no vhost-net")),
            new AssemblyStep.PassTap(
                "net-b", "b", new TapSource.OnBridge("br0", "52:54:00:12:34:56")),
            new AssemblyStep.PassVhost("vhost-b", "b", Path.of("/dev/vhost-net")),
            new AssemblyStep.ServeShare(
                "d",
                Path.of("/run/b/1/share-d"),
                List.of("/virtiofsd", "--socket-path=/run/b/1"),
                Optional.of(Path.of("/srv/d"))),
            new AssemblyStep.ServeShare( // of a version that did not note the directory
                "e",
                Path.of("/run/b/1/share-e"),
                List.of("/virtiofsd", "--socket-path=/run/b/1"),
                Optional.empty()),
            new AssemblyStep.Execute("device_add", arguments)),
        List.of(
            new LaunchRecord.DeviceRecord(
                "disk-root", "disk", "root", "port1", List.of("root-format", "root-file"))),
        new MachineFiles(Path.of("/run/b/1"), Path.of("/log/b"), ByteSize.mebibytes(1)),
        List.of(
            new InheritedFile(Path.of("/images/c.raw"), FileAccess.READ_ONLY),
            new InheritedFile(
                Path.of("/vars.fd"), FileAccess.READ_WRITE, Optional.of(Path.of("/template.fd")))));
  }
}
