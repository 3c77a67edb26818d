package dev.berth.engine;

import dev.berth.definition.DomainDefinition;
import dev.berth.engine.image.DefinedFiles;
import dev.berth.engine.migration.ComingImages;
import dev.berth.engine.migration.CopiedDisks;
import dev.berth.error.BerthException;
import dev.berth.error.UnsupportedException;
import dev.berth.machine.HeldResources;
import dev.berth.migration.CopiedImage;
import dev.berth.migration.DomainOffer;
import dev.berth.migration.ImageIdentity;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/** What speaks here against a domain without a machine that another host offers, and its place. */
final class DomainReception {
  private final HostServices host;
  private final ArrivingDomains arriving;
  private final String actor;

  DomainReception(HostServices host, ArrivingDomains arriving, String actor) {
    this.host = host;
    this.arriving = arriving;
    this.actor = actor;
  }

  /** What speaks against it, each that does. Changes nothing. */
  List<String> obstacles(DomainOffer offer) {
    List<String> obstacles = new ArrayList<>();
    look(offer, obstacles);
    return List.copyOf(obstacles);
  }

  private Optional<DomainDefinition> look(DomainOffer offer, List<String> obstacles) {
    Optional<DomainDefinition> definition =
        arriving.look(offer.domain(), offer.name(), offer.definition(), obstacles);
    offer
        .images()
        .forEach(image -> image.obstacle(offer.place(host.boot())).ifPresent(obstacles::add));
    obstacles.addAll(
        new ComingImages(host.images(), offer.migration(), offer.copies()).obstacles());
    if (offer.key().isPresent()) { // what comes from another machine takes a port
      host.network().lacking(1).ifPresent(obstacles::add);
    }
    definition.ifPresent(wanted -> startable(wanted, offer, obstacles));
    return definition;
  }

  /** It has to be a domain that can be started here, of the same files and of those that come. */
  private void startable(DomainDefinition wanted, DomainOffer offer, List<String> obstacles) {
    try (HeldResources none = HeldResources.none()) {
      DomainDefinition found =
          CopiedDisks.remaining(host.namedImages().found(wanted), offer.copies());
      Set<Path> named =
          offer.images().stream().map(ImageIdentity::file).collect(Collectors.toSet());
      if (offer.copies().stream().anyMatch(copy -> !names(wanted, copy))) {
        obstacles.add("its definition does not name the images that come with it");
      } else if (!named.containsAll(DefinedFiles.of(found))) {
        obstacles.add("its definition names other files there than those that were looked at");
      } else if (obstacles.isEmpty() && found.resources().isEmpty()) {
        Set<Path> opened =
            ImageIdentity.filesOf(host.launcher().plan(offer.domain(), 1, found, none));
        opened.removeAll(named);
        opened.forEach(
            other -> obstacles.add("it would open '" + other + "' there, which it has not here"));
      }
    } catch (BerthException unfit) {
      obstacles.add(String.valueOf(unfit.getMessage()));
    }
  }

  private static boolean names(DomainDefinition definition, CopiedImage copy) {
    return definition.disks().stream()
        .anyMatch(
            disk ->
                disk.name().equals(copy.disk())
                    && disk.file().equals(Optional.of(copy.file()))
                    && disk.stated().map(Enum::name).equals(Optional.of(copy.format().name())));
  }

  /**
   * Gives it its place; it stays the source's.
   *
   * @throws UnsupportedException naming all that speaks against it
   */
  CompletableFuture<DomainDriver> reserve(DomainOffer offer) {
    List<String> obstacles = new ArrayList<>();
    Optional<DomainDefinition> definition = look(offer, obstacles);
    if (!obstacles.isEmpty() || definition.isEmpty()) {
      throw new UnsupportedException(
          "Cannot take domain '" + offer.name() + "': " + String.join("; ", obstacles) + ".");
    }
    return arriving.create(OfflineRow.arriving(offer, actor, host.now()), definition.get());
  }
}
