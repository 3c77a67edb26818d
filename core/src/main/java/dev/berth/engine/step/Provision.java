package dev.berth.engine.step;

import dev.berth.domain.ResourceNames;
import dev.berth.error.HostFailureException;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.ResourcesMissingException;
import dev.berth.host.ResourceRequest;
import dev.berth.host.ResourceResolver;
import dev.berth.host.Resources;
import dev.berth.machine.HeldResources;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sees to it that a start has what its definition names: no more, and no less. */
public final class Provision {
  private static final Logger LOG = LoggerFactory.getLogger(Provision.class);

  private final ResourceResolver resolver;

  public Provision(ResourceResolver resolver) {
    this.resolver = resolver;
  }

  /**
   * What resources are given for.
   *
   * @param verb as messages have it
   * @param command what gives them with {@code vmctl}
   */
  public record Wanted(String verb, String command) {
    public static final Wanted START = new Wanted("start", "start");
    public static final Wanted RESTORE = new Wanted("restore", "restore");
    public static final Wanted RESTORE_MANAGED = new Wanted("restore", "start");
    public static final Wanted RECEIVE = new Wanted("take", "migrate");
  }

  /** The host's own copies of what a call gives. */
  public static HeldResources copyOf(Resources given) {
    return HeldResources.copyOf(given.descriptors(), given.secrets());
  }

  /**
   * Completes what was given by what the resolver has.
   *
   * @param held what was given; grows
   * @param needed what the definition names
   * @param wanted what it is all for
   * @param request what the resolver is asked, save what is missing, which is found out here
   * @throws InvalidRequestException when more was given than is needed
   * @throws ResourcesMissingException naming all that is missing in the end
   * @throws HostFailureException when the resolver fails
   */
  public void complete(
      Wanted wanted, HeldResources held, ResourceNames needed, ResourceRequest request)
      throws InterruptedException {
    String cannot = "Cannot " + wanted.verb() + " domain '" + request.domain() + "': ";
    ResourceNames unknown = held.names().without(needed);
    if (!unknown.isEmpty()) {
      throw new InvalidRequestException(
          cannot
              + "its definition does not name "
              + unknown.text()
              + ", which the call gives; it names "
              + (needed.isEmpty() ? "none" : needed.text())
              + ".");
    }
    ResourceNames missing = needed.without(held.names());
    if (!missing.isEmpty()) {
      held.add(resolved(request, missing, cannot));
    }
    ResourceNames left = needed.without(held.names());
    if (!left.isEmpty()) {
      throw new ResourcesMissingException(
          cannot
              + "nobody supplies "
              + left.text()
              + ". Give that with the call ('vmctl "
              + wanted.command()
              + " --fd NAME=PATH --secret NAME=file:PATH'),"
              + " or embed the host with a resolver that has it.",
          List.copyOf(left.descriptors()),
          List.copyOf(left.secrets()));
    }
  }

  private HeldResources resolved(ResourceRequest request, ResourceNames missing, String cannot)
      throws InterruptedException {
    Resources answer = asked(request, missing, cannot);
    try {
      return copyOf(answer);
    } finally {
      close(answer, request);
    }
  }

  private Resources asked(ResourceRequest request, ResourceNames missing, String cannot)
      throws InterruptedException {
    try {
      return resolver.resolve(
          new ResourceRequest(
              request.domain(), request.uuid(), request.occasion(), request.actor(), missing));
    } catch (RuntimeException | Error failure) { // whatever a resolver throws, it has failed
      if (Thread.interrupted()) {
        throw (InterruptedException) new InterruptedException(cannot).initCause(failure);
      }
      throw new HostFailureException(
          cannot
              + "the host's resolver was asked for "
              + missing.text()
              + " and failed: "
              + failure.getMessage(),
          failure);
    }
  }

  private static void close(Resources answer, ResourceRequest request) {
    try {
      answer.close();
    } catch (HostFailureException failure) {
      LOG.warn("What was resolved for domain '{}' cannot be closed", request.domain(), failure);
    }
  }
}
