package dev.berth.engine.step;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.domain.DomainState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every verb in every state. */
final class VerbTableTest {
  private static final List<DomainState> COLUMNS =
      List.of(
          DomainState.SHUTOFF,
          DomainState.ADOPTING,
          DomainState.RUNNING,
          DomainState.PAUSED,
          DomainState.SHUTDOWN,
          DomainState.CRASHED,
          DomainState.PMSUSPENDED,
          DomainState.NOSTATE);

  private static final String TABLE =
      """
      start               accept   deny      already  deny     deny      deny     deny         deny
      start paused        accept   deny      deny     already  deny      deny     deny         deny
      shutdown            already  deny      accept   deny     accept    deny     deny         deny
      destroy             already  accept    accept   accept   accept    accept   accept       accept
      reset               deny     deny      accept   accept   deny      accept   accept       deny
      pause               deny     deny      accept   already  deny      deny     deny         deny
      resume              deny     deny      already  accept   deny      deny     deny         deny
      undefine            accept   deny      deny     deny     deny      deny     deny         deny
      console             deny     accept    accept   accept   accept    accept   accept       deny
      send QMP to         deny     deny      accept   accept   accept    accept   accept       deny
      ask the agent of    deny     deny      accept   deny     deny      deny     deny         deny
      attach a disk to    deny     deny      accept   accept   deny      deny     accept       deny
      detach a disk from  deny     deny      accept   accept   deny      deny     accept       deny
      attach a NIC to     deny     deny      accept   accept   deny      deny     accept       deny
      detach a NIC from   deny     deny      accept   accept   deny      deny     accept       deny
      attach a share to   deny     deny      accept   accept   deny      deny     accept       deny
      detach a share of   deny     deny      accept   accept   deny      deny     accept       deny
      attach a device to  deny     deny      accept   accept   deny      deny     accept       deny
      detach a device of  deny     deny      accept   accept   deny      deny     accept       deny
      dump the memory of  deny     deny      accept   accept   deny      accept   accept       deny
      change a disk of    deny     deny      accept   accept   deny      deny     accept       deny
      change a NIC of     deny     deny      accept   accept   deny      deny     accept       deny
      see the screen of   deny     deny      accept   accept   accept    accept   accept       deny
      set the CPUs of     deny     deny      accept   accept   deny      deny     accept       deny
      send keys to        deny     deny      accept   deny     deny      deny     deny         deny
      inject an NMI into  deny     deny      accept   accept   deny      deny     deny         deny
      set the VNC password of  deny  deny   accept   accept   accept    accept   accept       deny
      set the memory of   deny     deny      accept   accept   deny      deny     accept       deny
      set the balloon of  deny     deny      accept   accept   deny      deny     accept       deny
      back up             accept   deny      accept   accept   deny      accept   accept       deny
      save                deny     deny      accept   accept   deny      deny     deny         deny
      migrate             deny     deny      accept   accept   deny      deny     deny         deny
      restore             accept   deny      deny     deny     deny      deny     deny         deny
      restore a backup to  accept  deny      deny     deny     deny      deny     deny         deny
      checkpoint          deny     deny      accept   accept   deny      accept   accept       deny
      list the checkpoints of  deny  deny   accept   accept   accept    accept   accept       deny
      discard the save of  accept  deny      already  already  already   already  already      deny
      migrate offline     accept   deny      deny     deny     deny      deny     deny         deny
      """;

  static Stream<Arguments> cells() {
    return TABLE.lines().flatMap(VerbTableTest::row);
  }

  private static Stream<Arguments> row(String line) {
    String[] cells = line.strip().split(" {2,}");
    Verb verb =
        Arrays.stream(Verb.values()).filter(it -> it.text().equals(cells[0])).findFirst().get();
    return Stream.iterate(0, i -> i < COLUMNS.size(), i -> i + 1)
        .map(i -> Arguments.of(verb, COLUMNS.get(i), cells[i + 1]));
  }

  @ParameterizedTest(name = "{0} when {1}: {2}")
  @MethodSource("cells")
  void theTableDecides(Verb verb, DomainState state, String expected) {
    assertThat(word(VerbTable.decide(verb, state))).isEqualTo(expected);
  }

  @Test
  void everyVerbAndStateIsInTheTable() {
    assertThat(COLUMNS).containsExactlyInAnyOrder(DomainState.values());
    assertThat(TABLE.lines()).hasSize(Verb.values().length);
  }

  @Test
  void theTableInTheJavadocIsThisOne() throws IOException {
    String source = Files.readString(Path.of("src/main/java/dev/berth/engine/step/VerbTable.java"));
    assertThat(TABLE.lines()).allSatisfy(line -> assertThat(source).contains(" * " + line));
  }

  @ParameterizedTest
  @MethodSource("cells")
  void aRefusalSaysWhatWouldHelp(Verb verb, DomainState state, String expected) {
    Admission admission = VerbTable.decide(verb, state);
    if (admission instanceof Admission.Deny deny) {
      assertThat(deny.remedy()).isNotBlank();
    }
    if (admission instanceof Admission.Already already) {
      assertThat(already.detail()).contains("already");
    }
  }

  private static String word(Admission admission) {
    if (admission instanceof Admission.Accept) {
      return "accept";
    }
    return admission instanceof Admission.Already ? "already" : "deny";
  }
}
