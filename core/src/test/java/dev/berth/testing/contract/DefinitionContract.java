package dev.berth.testing.contract;

import static dev.berth.testing.contract.HostRig.NONE;
import static dev.berth.testing.contract.HostRig.WEB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.berth.domain.ByteSize;
import dev.berth.domain.DomainSnapshot;
import dev.berth.domain.DomainSnapshot.DefinitionSummary;
import dev.berth.domain.DomainState;
import dev.berth.domain.StateReason;
import dev.berth.error.AlreadyExistsException;
import dev.berth.error.ConflictException;
import dev.berth.error.InvalidDefinitionException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.NotFoundException;
import dev.berth.error.Problem;
import dev.berth.host.DefineCondition;
import dev.berth.host.DefineResult;
import dev.berth.host.DomainRef;
import dev.berth.host.StartMode;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Defining, looking up and forgetting domains. */
public interface DefinitionContract {

  /** The host under test. */
  HostRig rig();

  @Test
  default void aNewDomainIsShutOffAndFoundByNameAndUuid() {
    DefineResult result =
        rig()
            .define(
                "name: web\nmemory: 64MiB\ncpus: 2\nlabels: {team: shop}\n",
                new DefineCondition.Absent());

    DomainSnapshot snapshot = result.snapshot();
    assertThat(result.effect()).isEqualTo(DefineResult.Effect.CREATED);
    assertThat(snapshot.status().state()).isEqualTo(DomainState.SHUTOFF);
    assertThat(snapshot.status().reason()).isEqualTo(StateReason.UNKNOWN);
    assertThat(snapshot.status().detail()).isEmpty();
    assertThat(snapshot.definition())
        .isEqualTo(
            new DefinitionSummary(1, false, 2, new ByteSize(64 << 20), Map.of("team", "shop")));
    assertThat(snapshot.machine()).isEmpty();
    assertThat(snapshot.operation()).isEmpty();
    assertThat(rig().host().list()).containsExactly(snapshot);
    assertThat(rig().host().domain(WEB)).isEqualTo(snapshot);
    assertThat(rig().host().domain(new DomainRef.ByUuid(snapshot.uuid()))).isEqualTo(snapshot);
    assertThat(rig().host().definition(WEB).revision()).isEqualTo(1);
    assertThat(rig().host().definition(WEB).json()).contains(snapshot.uuid().toString());
    assertThat(rig().host().info().domains()).isEqualTo(1);
    assertThat(rig().host().info().machines()).isZero();
  }

  @Test
  default void theSameDefinitionAgainChangesNothing() {
    DomainSnapshot before = rig().define("web").snapshot();
    long newest = rig().host().eventRange().newest();

    DefineResult again = rig().define("web");

    assertThat(again.effect()).isEqualTo(DefineResult.Effect.UNCHANGED);
    assertThat(again.snapshot()).isEqualTo(before);
    assertThat(rig().host().eventRange().newest()).isEqualTo(newest);
  }

  @Test
  default void anotherDefinitionIsANewRevisionOfTheSameDomain() {
    DomainSnapshot before = rig().define("web").snapshot();

    DefineResult replaced = rig().define("web", "128MiB");

    assertThat(replaced.effect()).isEqualTo(DefineResult.Effect.REPLACED);
    assertThat(replaced.snapshot().uuid()).isEqualTo(before.uuid());
    assertThat(replaced.snapshot().generation()).isGreaterThan(before.generation());
    assertThat(replaced.snapshot().definition().revision()).isEqualTo(2);
    assertThat(replaced.snapshot().definition().pending()).isFalse();
    assertThat(rig().host().definition(WEB).revision()).isEqualTo(2);
  }

  @Test
  default void aDefinitionWaitsForTheNextBootOfADomainWithAMachine() {
    rig().webIs(DomainState.PAUSED);

    DefineResult replaced = rig().define("web", "128MiB");

    assertThat(replaced.snapshot().definition().pending()).isTrue();
    rig().destroy();
    assertThat(rig().host().domain(WEB).definition().pending()).isFalse();
    assertThat(rig().start(StartMode.PAUSED).snapshot().definition().pending()).isFalse();
  }

  @Test
  default void aConditionIsComparedAndSetInOneStep() {
    String document = "name: web\nmemory: 64MiB\n";
    assertThatThrownBy(() -> rig().define(document, new DefineCondition.Revision(1)))
        .isInstanceOf(ConflictException.class);
    rig().define(document, new DefineCondition.Absent());

    assertThatThrownBy(() -> rig().define(document, new DefineCondition.Absent()))
        .isInstanceOf(AlreadyExistsException.class);
    assertThatThrownBy(() -> rig().define(document, new DefineCondition.Revision(2)))
        .isInstanceOf(ConflictException.class);
    assertThat(rig().define(document, new DefineCondition.Revision(1)).effect())
        .isEqualTo(DefineResult.Effect.UNCHANGED);
  }

  @Test
  default void nameAndUuidEachBelongToOneDomain() {
    UUID uuid = rig().define("web").snapshot().uuid();
    rig().define("db");

    assertThatThrownBy(
            () ->
                rig()
                    .define(
                        "name: db\nuuid: " + uuid + "\nmemory: 64MiB\n",
                        new DefineCondition.Always()))
        .isInstanceOf(AlreadyExistsException.class);
    assertThatThrownBy(
            () ->
                rig()
                    .define(
                        "name: other\nuuid: " + uuid + "\nmemory: 64MiB\n",
                        new DefineCondition.Always()))
        .isInstanceOf(AlreadyExistsException.class);
    assertThat(rig().host().list())
        .extracting(each -> each.name().text())
        .containsExactly("db", "web");
  }

  @Test
  default void aBadDocumentIsAnsweredWithAllItsProblems() {
    InvalidDefinitionException refused =
        catchThrowableOfType(
            InvalidDefinitionException.class,
            () ->
                rig()
                    .define("name: web\ncpus: many\nmemory: lots\n", new DefineCondition.Always()));

    assertThat(refused.origin()).isEqualTo("web.yaml");
    assertThat(refused.problems()).extracting(Problem::path).containsExactly("cpus", "memory");
    assertThat(refused.problems()).extracting(Problem::line).containsExactly(2, 3);
    assertThat(rig().host().list()).isEmpty();
  }

  @Test
  default void domainsAreListedByName() {
    rig().define("b");
    rig().define("c");
    rig().define("a");

    assertThat(rig().host().list())
        .extracting(each -> each.name().text())
        .containsExactly("a", "b", "c");
  }

  @Test
  default void anUndefinedDomainIsGoneAndItsNameIsFree() {
    UUID first = rig().define("web").snapshot().uuid();

    rig().host().undefine(WEB);

    assertThat(rig().host().list()).isEmpty();
    assertThat(rig().errorOf(host -> host.undefine(WEB))).isEqualTo(NotFoundException.class);
    assertThat(rig().errorOf(host -> host.domain(new DomainRef.ByUuid(first))))
        .isEqualTo(NotFoundException.class);
    assertThat(rig().define("web").snapshot().uuid()).isNotEqualTo(first);
  }

  @Test
  default void aDomainWithAMachineIsNotForgotten() {
    rig().webIs(DomainState.PAUSED);

    assertThat(rig().errorOf(host -> host.undefine(WEB))).isEqualTo(InvalidStateException.class);
    assertThat(rig().state()).isEqualTo(DomainState.PAUSED);
  }

  @Test
  default void aDomainThatIsNotThereIsNotFound() {
    assertThat(rig().errorOf(host -> host.domain(NONE))).isEqualTo(NotFoundException.class);
    assertThat(rig().errorOf(host -> host.domain(new DomainRef.ByUuid(new UUID(1, 2)))))
        .isEqualTo(NotFoundException.class);
    assertThat(rig().errorOf(host -> host.definition(NONE))).isEqualTo(NotFoundException.class);
    assertThat(rig().errorOf(host -> host.undefine(NONE))).isEqualTo(NotFoundException.class);
    assertThat(rig().errorOf(host -> host.console(NONE))).isEqualTo(NotFoundException.class);
  }
}
