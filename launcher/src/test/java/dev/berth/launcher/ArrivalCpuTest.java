package dev.berth.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.berth.domain.ByteSize;
import dev.berth.machine.GuestCpu;
import dev.berth.machine.LaunchRecord.Hardware;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** By what QEMUs of Debian's releases have said of their emulated CPUs, in {@code pc-q35-5.2}. */
final class ArrivalCpuTest {
  private static final QemuInstall HERE = Capabilities.install("10.0.13");

  @Test
  void aCpuThatIsTheSameIsTakenAsItIs() throws IOException {
    GuestCpu cpu = recorded("skylake-server-10.0.13");

    assertThat(of(cpu, cpu).obstacle()).isEmpty();
    assertThat(of(cpu, cpu).surplus()).isEmpty();
  }

  @Test
  void featuresThatAHostCannotGiveAreNamed() throws IOException {
    ArrivalCpu back = of(recorded("skylake-server-10.0.13"), recorded("skylake-server-5.2.0"));

    assertThat(back.obstacle())
        .contains(
            "its CPU 'Skylake-Server' has '3dnowprefetch', 'avx', 'avx2', 'f16c', 'fma', 'rdseed',"
                + " 'x2apic', which QEMU 10.0.13 here cannot give it with tcg: start it with a CPU"
                + " model that both hosts have whole, or without that by 'cpu-features'");
    assertThat(back.surplus()).isEmpty();
  }

  /** A model by name is more where the host can do more of it. */
  @Test
  void featuresThatAGuestDoesNotHaveAreNamedToBeLeftOut() throws IOException {
    ArrivalCpu there = of(recorded("skylake-server-5.2.0"), recorded("skylake-server-10.0.13"));

    assertThat(there.obstacle()).isEmpty();
    assertThat(there.surplus())
        .containsExactly("3dnowprefetch", "avx", "avx2", "f16c", "fma", "rdseed", "x2apic");
  }

  /** How QEMU goes about it has changed with its versions, and is nothing that the guest sees. */
  @Test
  void whatIsNoFeatureIsNotCompared() throws IOException {
    ArrivalCpu there = of(recorded("max-7.2.22"), recorded("max-10.0.13"));

    assertThat(there.obstacle()).isEmpty();
    assertThat(there.surplus())
        .contains("rdpid", "rdseed", "sha-ni", "x2apic")
        .doesNotContain("legacy-multi-node", "full-cpuid-auto-level");
  }

  @Test
  void withKvmNothingIsTakenForAnEmulationsFancy() {
    GuestCpu cpu = new GuestCpu("GenuineIntel", Map.of("pmu", true, "avx", true));
    GuestCpu there = new GuestCpu("GenuineIntel", Map.of("pmu", false, "avx", true));

    assertThat(ArrivalCpu.of(cpu, there, hardware("tcg"), HERE).obstacle()).isEmpty();
    assertThat(ArrivalCpu.of(cpu, there, hardware("kvm"), HERE).obstacle().orElseThrow())
        .contains("has 'pmu'", "with kvm");
  }

  @Test
  void aCpuOfAnotherVendorIsNotTaken() throws IOException {
    GuestCpu cpu = recorded("skylake-server-10.0.13");
    GuestCpu there = new GuestCpu("AuthenticAMD", new HashMap<>(cpu.features()));

    assertThat(of(cpu, there).obstacle().orElseThrow())
        .startsWith("its CPU is one of 'GenuineIntel', and would be one of 'AuthenticAMD' here");
  }

  private static ArrivalCpu of(GuestCpu source, GuestCpu here) {
    return ArrivalCpu.of(source, here, hardware("tcg"), HERE);
  }

  private static Hardware hardware(String accelerator) {
    return new Hardware("pc-q35-5.2", "Skylake-Server", 1, new ByteSize(1), accelerator, "");
  }

  private static GuestCpu recorded(String name) throws IOException {
    String file = "cpu-" + name + ".json";
    try (InputStream json =
        Objects.requireNonNull(ArrivalCpuTest.class.getResourceAsStream(file), file)) {
      JsonNode told = new ObjectMapper().readTree(json);
      return GuestCpu.of(told.path("properties"), told.path("unavailable"));
    }
  }
}
