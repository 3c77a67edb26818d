package dev.berth.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.berth.domain.ByteSize;
import dev.berth.domain.DomainName;
import dev.berth.json.Json;
import dev.berth.machine.AssemblyStep.Execute;
import dev.berth.machine.LaunchRecord.Hardware;
import dev.berth.machine.LaunchRecord.Qemu;
import dev.berth.machine.LaunchRecord.Subject;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class RelaunchTest {
  private static final UUID DOMAIN = UUID.fromString("6b0e4c5e-3a40-4f0e-9a57-0f7f8a1d2c33");
  private static final MachineFiles THERE =
      new MachineFiles(Path.of("/there/run/6b0e/new"), Path.of("/there/log"), new ByteSize(1));

  @Test
  void aMachineThatMovesHasItsFilesWhereTheOtherHostHasThem() {
    LaunchRecord moved = moved(source("/here/run/6b0e/old"));

    assertThat(moved.argv())
        .containsExactly(
            "/opt/qemu",
            "-S",
            "-pidfile",
            "/there/run/6b0e/new/pid",
            "-chardev",
            "file,id=log,path=/there/log/console.log",
            "-incoming",
            "defer");
    assertThat(moved.files()).isEqualTo(THERE);
    assertThat(moved.incarnation()).isEqualTo("new");
    assertThat(moved.qemu().version()).isEqualTo("10.0.13");
    assertThat(new LaunchRecordCodec().write(moved)).doesNotContain("/here", "old");
  }

  @Test
  void oneThatHasMovedBeforeMovesAgain() {
    LaunchRecord once = moved(source("/here/run/6b0e/old"));

    assertThat(moved(once).argv()).containsOnlyOnce("-incoming");
  }

  @Test
  void aDirectoryThatCannotBeToldFromOtherTextIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> moved(source("/here/run,1/6b0e/old")))
        .withMessageContaining("comma");
  }

  @Test
  void whatItsCpuIsNotToHaveIsLeftOut() {
    LaunchRecord launch = withArgv("/usr/bin/qemu", "-cpu", "max", "-append", "-cpu max");

    LaunchRecord without = Relaunch.without(launch, List.of("avx", "sse4.2"));

    assertThat(without.argv())
        .containsExactly("/usr/bin/qemu", "-cpu", "max,avx=off,sse4.2=off", "-append", "-cpu max");
    assertThat(without.hardware().cpuModel()).isEqualTo("max,avx=off,sse4.2=off");
    assertThat(without.hardware().model()).isEqualTo("max");
    assertThat(Relaunch.without(launch, List.of())).isEqualTo(launch);
  }

  /** Its command line is what is run, and its record what was looked at. */
  @Test
  void aCommandLineWithAnotherCpuThanTheRecordIsRefused() {
    for (LaunchRecord wrong :
        List.of(
            withArgv("/usr/bin/qemu"),
            withArgv("/usr/bin/qemu", "-cpu"),
            withArgv("/usr/bin/qemu", "-cpu", "qemu64"))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Relaunch.without(wrong, List.of()))
          .withMessageContaining("has not the CPU that its record has");
    }
  }

  private static LaunchRecord withArgv(String... argv) {
    LaunchRecord source = source("/run");
    return new LaunchRecord(
        source.subject(),
        source.qemu(),
        source.hardware(),
        List.of(argv),
        source.assembly(),
        source.devices(),
        source.files());
  }

  private static LaunchRecord moved(LaunchRecord source) {
    return Relaunch.moved(
        source,
        new Subject(DOMAIN, new DomainName("web"), 1, "new"),
        new Qemu(Path.of("/opt/qemu"), "10.0.13"),
        THERE);
  }

  private static LaunchRecord source(String run) {
    return new LaunchRecord(
        new Subject(DOMAIN, new DomainName("web"), 7, "old"),
        new Qemu(Path.of("/usr/bin/qemu"), "7.2.22"),
        new Hardware("pc-q35-7.2", "max", 1, new ByteSize(1), "tcg", ""),
        List.of(
            "/usr/bin/qemu",
            "-S",
            "-pidfile",
            run + "/pid",
            "-chardev",
            "file,id=log,path=/here/log/console.log"),
        List.of(
            new Execute("chardev-add", Json.object().put("id", "c").put("path", run + "/channel"))),
        List.of(),
        new MachineFiles(Path.of(run), Path.of("/here/log"), new ByteSize(1)));
  }
}
