package dev.berth.engine;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.definition.DefinitionDocument;
import dev.berth.domain.DomainState;
import dev.berth.error.AlreadyExistsException;
import dev.berth.error.BusyException;
import dev.berth.error.ConflictException;
import dev.berth.error.InvalidDefinitionException;
import dev.berth.error.OutcomeUnknownException;
import dev.berth.error.StorageFailureException;
import dev.berth.host.DefineCondition;
import dev.berth.host.DefineResult;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Creating and replacing definitions. */
final class DefineTest extends EngineFixture {
  private static final DefineCondition ALWAYS = new DefineCondition.Always();

  @Test
  void aDefinitionIsCreatedThenUnchangedThenReplaced() {
    DefineResult created = host.define("web", "64MiB");
    DefineResult same = host.define("web", "64MiB");
    DefineResult replaced = host.define("web", "128MiB");

    assertThat(created.effect()).isEqualTo(DefineResult.Effect.CREATED);
    assertThat(same.effect()).isEqualTo(DefineResult.Effect.UNCHANGED);
    assertThat(replaced.effect()).isEqualTo(DefineResult.Effect.REPLACED);
    assertThat(replaced.snapshot().uuid()).isEqualTo(created.snapshot().uuid());
    assertThat(replaced.snapshot().definition().revision()).isEqualTo(2);
    assertThat(api().definition(WEB).revision()).isEqualTo(2);
    assertThat(api().definition(WEB).json()).contains("128MiB");
    assertThat(memory.contents().domains()).hasSize(1);
  }

  @Test
  void aDomainOfWhichItIsUnknownWhetherItWasDefinedIsThereOnceTheStoreTells() {
    store.dieAtTheNextCommit(FaultyStore.Fate.HAPPENED);
    assertThatThrownBy(() -> host.define("web")).isInstanceOf(OutcomeUnknownException.class);
    assertThatThrownBy(() -> host.define("web", "128MiB")).isInstanceOf(BusyException.class);

    store.mend();

    eventually(
        () -> assertThat(host.define("web").effect()).isEqualTo(DefineResult.Effect.UNCHANGED));
    assertThat(web().uuid()).isEqualTo(memory.contents().domains().get(0).uuid());
    assertThat(host.start("web").snapshot().status().state()).isEqualTo(DomainState.RUNNING);
  }

  @Test
  void aNameWhoseDefinitionGotLostIsFreeOnceTheStoreTells() {
    store.dieAtTheNextCommit(FaultyStore.Fate.NOT_HAPPENED);
    assertThatThrownBy(() -> host.define("web")).isInstanceOf(OutcomeUnknownException.class);
    assertThatThrownBy(() -> host.define("web")).isInstanceOf(BusyException.class);

    store.mend();

    eventually(
        () -> assertThat(host.define("web").effect()).isEqualTo(DefineResult.Effect.CREATED));
    assertThat(memory.contents().domains()).hasSize(1);
  }

  @Test
  void compareAndSetReplacesOnlyTheRevisionThatWasRead() {
    host.define("web");

    assertThatThrownBy(
            () -> api().define(TestHost.document("web", "1GiB"), new DefineCondition.Revision(7)))
        .isInstanceOf(ConflictException.class)
        .hasMessageContaining("revision 1");
    assertThat(
            api()
                .define(TestHost.document("web", "1GiB"), new DefineCondition.Revision(1))
                .effect())
        .isEqualTo(DefineResult.Effect.REPLACED);
    assertThatThrownBy(
            () -> api().define(TestHost.document("web", "2GiB"), new DefineCondition.Absent()))
        .isInstanceOf(AlreadyExistsException.class);
    assertThatThrownBy(
            () -> api().define(TestHost.document("new", "2GiB"), new DefineCondition.Revision(1)))
        .isInstanceOf(ConflictException.class);
  }

  @Test
  void oneUuidIsOneDomain() {
    UUID uuid = UUID.randomUUID();
    api().define(withUuid("web", uuid), ALWAYS);

    assertThatThrownBy(() -> api().define(withUuid("db", uuid), ALWAYS))
        .isInstanceOf(AlreadyExistsException.class)
        .hasMessageContaining("web")
        .hasMessageContaining(uuid.toString());
    assertThatThrownBy(() -> api().define(withUuid("web", UUID.randomUUID()), ALWAYS))
        .isInstanceOf(AlreadyExistsException.class);
    assertThat(api().list()).hasSize(1);
  }

  @Test
  void twoDefinitionsOfOneUuidAtTheSameTimeMakeOneDomain() throws Exception {
    UUID uuid = UUID.randomUUID();
    List<String> names = List.of("web", "db", "mail", "dns");
    List<CompletableFuture<DefineResult>> all =
        names.stream()
            .map(name -> TestHost.async(() -> api().define(withUuid(name, uuid), ALWAYS)))
            .toList();

    int created = 0;
    for (CompletableFuture<DefineResult> one : all) {
      try {
        one.get(20, TimeUnit.SECONDS);
        created++;
      } catch (ExecutionException refused) {
        assertThat(refused.getCause())
            .isInstanceOfAny(BusyException.class, AlreadyExistsException.class);
      }
    }
    assertThat(created).isEqualTo(1);
    assertThat(api().list()).hasSize(1);
    assertThat(memory.contents().domains()).hasSize(1);
  }

  @Test
  void manyDefinitionsOfOneNameAtTheSameTimeMakeOneDomain() throws Exception {
    List<CompletableFuture<DefineResult>> all = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      String memorySize = (64 + i) + "MiB";
      all.add(TestHost.async(() -> host.define("web", memorySize)));
    }
    int created = 0;
    for (CompletableFuture<DefineResult> one : all) {
      try {
        created += one.get(20, TimeUnit.SECONDS).effect() == DefineResult.Effect.CREATED ? 1 : 0;
      } catch (ExecutionException busy) {
        assertThat(busy.getCause()).isInstanceOf(BusyException.class);
      }
    }
    assertThat(created).isEqualTo(1);
    assertThat(memory.contents().domains()).hasSize(1);
    assertThat(memory.contents().domains().get(0).revision())
        .isEqualTo(web().definition().revision());
  }

  @Test
  void aDefinitionOfARunningDomainWaitsForItsNextBoot() {
    running();

    host.define("web", "128MiB");
    assertThat(web().definition().pending()).isTrue();

    host.destroy("web");
    assertThat(web().definition().pending()).isFalse();
    host.start("web");
    assertThat(web().definition().pending()).isFalse();
  }

  @Test
  void aBrokenDefinitionTellsEveryProblemAndChangesNothing() {
    host.define("web");

    assertThatThrownBy(
            () ->
                api()
                    .define(
                        TestHost.document("name: web\nmemory: lots\ncpus: 0\nspeed: 3\n"), ALWAYS))
        .isInstanceOfSatisfying(
            InvalidDefinitionException.class, e -> assertThat(e.problems()).hasSize(3));
    assertThat(web().definition().revision()).isEqualTo(1);
  }

  @Test
  void aDefinitionThatCannotBeStoredChangesNothing() {
    store.refuse(commit -> true);
    assertThatThrownBy(() -> host.define("web")).isInstanceOf(StorageFailureException.class);
    assertThat(api().list()).isEmpty();
    store.mend();
    host.define("web");

    store.refuse(commit -> true);
    assertThatThrownBy(() -> host.define("web", "1GiB"))
        .isInstanceOf(StorageFailureException.class);
    assertThat(web().definition().revision()).isEqualTo(1);
    assertThat(api().definition(WEB).json()).contains("64MiB");
    store.mend();

    assertThat(host.define("web", "1GiB").snapshot().definition().revision()).isEqualTo(2);
  }

  private static DefinitionDocument withUuid(String name, UUID uuid) {
    return TestHost.document("name: " + name + "\nuuid: " + uuid + "\nmemory: 64MiB\n");
  }
}
