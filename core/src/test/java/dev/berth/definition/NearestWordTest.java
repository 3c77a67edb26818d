package dev.berth.definition;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class NearestWordTest {
  private static final List<String> WORDS =
      List.of("name", "cpus", "cpu", "memory", "disks", "host-port", "read-only");

  @ParameterizedTest
  @CsvSource({
    "memroy, memory",
    "Memory, memory",
    "read_only, read-only",
    "hostPort, host-port",
    "disk, disks",
    "cpuss, cpus",
    "mame, name"
  })
  void aSlipOfTheFingersFindsItsWord(String typed, String meant) {
    assertThat(NearestWord.to(typed, WORDS)).contains(meant);
  }

  @ParameterizedTest
  @CsvSource({"x", "''", "processor", "memorymemorymemorymemorymemorymemory"})
  void anotherWordFindsNone(String typed) {
    assertThat(NearestWord.to(typed, WORDS)).isEmpty();
  }
}
