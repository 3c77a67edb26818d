package dev.berth.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.domain.ByteSize;
import dev.berth.domain.DomainName;
import dev.berth.machine.LaunchRecord.DeviceRecord;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What a launch record says of DIMMs. */
final class DimmsTest {
  private static final ByteSize STEP = ByteSize.mebibytes(128);

  @Test
  void aDimmThatComesIsOnRecordAndOffItWhenItHasGone() {
    LaunchRecord before = launch("-m", "size=64M,slots=2,maxmem=320M");
    assertThat(Dimms.areIn(before)).isTrue();
    assertThat(Dimms.room(before)).isEqualTo(ByteSize.mebibytes(256));

    LaunchRecord after = Dimms.onto(before, Map.of("dimm-0", STEP));

    assertThat(Dimms.plugged(after)).isEqualTo(STEP);
    assertThat(Dimms.of(after, Dimms.SPARE)).extracting(DeviceRecord::id).containsExactly("dimm-1");
    assertThat(after.assembly())
        .containsExactlyElementsOf(
            Dimms.steps(before, before.devices().get(0), STEP).stream()
                .map(AssemblyStep.class::cast)
                .toList());
    assertThat(Dimms.onto(after, Map.of("dimm-0", STEP))).isEqualTo(after);
    assertThat(Dimms.onto(after, Map.of())).isEqualTo(before);
  }

  @Test
  void aDimmIsBackedAsTheMachinesMemoryIs() {
    assertThat(source(launch("-m", "size=64M,slots=2,maxmem=320M")))
        .isEqualTo(
            "{\"qom-type\":\"memory-backend-ram\",\"id\":\"dimm-0-source\",\"size\":134217728}");
    assertThat(
            source(
                launch(
                    "-object",
                    "memory-backend-memfd,id=pc.ram,size=64M,share=on,prealloc=off,hugetlb=on,hugetlbsize=2M")))
        .isEqualTo(
            "{\"qom-type\":\"memory-backend-memfd\",\"id\":\"dimm-0-source\",\"size\":134217728,"
                + "\"share\":true,\"prealloc\":false,\"hugetlb\":true,\"hugetlbsize\":2097152}");
    assertThat(
            source(
                launch(
                    "-object",
                    "memory-backend-file,id=pc.ram,size=64M,share=off,prealloc=on,mem-path=/mnt/a,,b")))
        .contains("\"prealloc\":true", "\"mem-path\":\"/mnt/a,b\"");
  }

  @Test
  void aDimmIsNeverLessThanAHugePage() {
    assertThat(Dimms.step(launch("-m", "size=64M"))).isEqualTo(STEP);
    assertThat(
            Dimms.step(
                launch(
                    "-object",
                    "memory-backend-memfd,id=pc.ram,size=1024M,hugetlb=on,hugetlbsize=1024M")))
        .isEqualTo(ByteSize.mebibytes(1024));
  }

  private static String source(LaunchRecord launch) {
    return Dimms.steps(launch, launch.devices().get(0), STEP).get(0).arguments().toString();
  }

  private static LaunchRecord launch(String... argv) {
    return new LaunchRecord(
        new LaunchRecord.Subject(new UUID(1, 2), new DomainName("web"), 1, "0123456789abcdef"),
        new LaunchRecord.Qemu(Path.of("/qemu"), "7.2.22"),
        new LaunchRecord.Hardware(
            "pc-q35-7.2", "max", 1, ByteSize.mebibytes(64), "tcg", "asked for"),
        List.of(argv),
        List.of(),
        Dimms.slots(ByteSize.mebibytes(256), STEP),
        new MachineFiles(Path.of("/run/b/1"), Path.of("/log/b"), ByteSize.mebibytes(1)));
  }
}
