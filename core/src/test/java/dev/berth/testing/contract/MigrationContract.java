package dev.berth.testing.contract;

import static dev.berth.testing.contract.HostRig.WEB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.berth.domain.DomainState;
import dev.berth.error.HostUnreachableException;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.NotFoundException;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.GuestOwner;
import dev.berth.host.JobOptions;
import dev.berth.host.MigrationPace;
import dev.berth.host.MigrationRequest;
import dev.berth.host.Migrations;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Machines that change hosts: what is refused before anything has happened. */
public interface MigrationContract {

  /** Nobody waits for long. */
  CallOptions NONE = CallOptions.none();

  /** The host under test. */
  HostRig rig();

  @Test
  default void onlyAMachineChangesHosts() {
    rig().webIs(DomainState.SHUTOFF);
    URI nowhere = URI.create("unix:/nowhere");

    assertThatExceptionOfType(InvalidStateException.class).isThrownBy(() -> migrate(WEB, nowhere));
    assertThatExceptionOfType(NotFoundException.class)
        .isThrownBy(() -> migrate(DomainRef.of("nobody"), nowhere));
    assertThatExceptionOfType(NotFoundException.class)
        .isThrownBy(
            () ->
                migrations().obstacles(DomainRef.of("nobody"), MigrationRequest.to(nowhere), NONE));
  }

  @Test
  default void aGuestGoesToNoHostThatDoesNotAnswer(@TempDir Path directory) {
    rig().webIs(DomainState.RUNNING);
    URI silent = URI.create("unix:" + directory.resolve("control.sock"));

    assertThatExceptionOfType(HostUnreachableException.class)
        .isThrownBy(() -> migrate(WEB, silent));
    assertThatExceptionOfType(HostUnreachableException.class)
        .isThrownBy(() -> migrations().obstacles(WEB, MigrationRequest.to(silent), NONE));
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> migrate(WEB, URI.create("http://example.org/")));
    assertThat(rig().host().domain(WEB).status().state()).isEqualTo(DomainState.RUNNING);
    assertThat(rig().host().jobs()).isEmpty();
  }

  @Test
  default void aDomainWithoutAMachineGoesToNoHostThatDoesNotAnswer(@TempDir Path directory) {
    rig().webIs(DomainState.SHUTOFF);
    URI silent = URI.create("unix:" + directory.resolve("control.sock"));

    assertThatExceptionOfType(HostUnreachableException.class)
        .isThrownBy(() -> migrateOffline(WEB, silent));
    assertThatExceptionOfType(HostUnreachableException.class)
        .isThrownBy(() -> migrations().obstacles(WEB, MigrationRequest.to(silent), NONE));
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> migrateOffline(WEB, URI.create("http://example.org/")));
    assertThatExceptionOfType(NotFoundException.class)
        .isThrownBy(() -> migrateOffline(DomainRef.of("nobody"), silent));
    assertThat(rig().host().jobs()).isEmpty();
    rig().webIs(DomainState.RUNNING);
    assertThatExceptionOfType(InvalidStateException.class)
        .isThrownBy(() -> migrateOffline(WEB, silent));
  }

  @Test
  default void nobodyDecidesByHandWhereNothingWaits() {
    rig().webIs(DomainState.RUNNING);

    for (GuestOwner owner : GuestOwner.values()) {
      assertThatExceptionOfType(InvalidStateException.class)
          .isThrownBy(() -> migrations().resolve(WEB, owner, NONE));
    }
    assertThatExceptionOfType(NotFoundException.class)
        .isThrownBy(() -> migrations().resolve(DomainRef.of("nobody"), GuestOwner.THIS_HOST, NONE));
  }

  @Test
  default void onlyWhatIsBeingSentIsSetAnew() {
    rig().webIs(DomainState.RUNNING);
    MigrationPace pace = new MigrationPace(Optional.of(1L << 20), Optional.empty());

    assertThatExceptionOfType(InvalidStateException.class)
        .isThrownBy(() -> migrations().setPace(WEB, pace, NONE));
    assertThatExceptionOfType(NotFoundException.class)
        .isThrownBy(() -> migrations().setPace(DomainRef.of("nobody"), pace, NONE));
  }

  private Migrations migrations() {
    return rig().host().migrations();
  }

  private void migrateOffline(DomainRef domain, URI target) {
    migrations().migrateOffline(domain, MigrationRequest.to(target), JobOptions.none(), NONE);
  }

  private void migrate(DomainRef domain, URI target) {
    migrations().migrate(domain, MigrationRequest.to(target), JobOptions.none(), NONE);
  }
}
