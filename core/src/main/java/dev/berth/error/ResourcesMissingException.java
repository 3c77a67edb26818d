package dev.berth.error;

import dev.berth.api.Api;
import java.util.List;

/** A domain needs what nobody supplies: give it with the call. */
@Api(since = "0.1")
public final class ResourcesMissingException extends BerthException {
  private static final long serialVersionUID = 1;

  @SuppressWarnings("serial") // immutable lists of texts
  private final List<String> descriptors;

  @SuppressWarnings("serial")
  private final List<String> secrets;

  /**
   * An error with that message.
   *
   * @param descriptors names of the file descriptors that are missing
   * @param secrets names of the secrets that are missing
   */
  public ResourcesMissingException(String message, List<String> descriptors, List<String> secrets) {
    super(ErrorCode.RESOURCES_MISSING, message, null);
    this.descriptors = List.copyOf(descriptors);
    this.secrets = List.copyOf(secrets);
  }

  /** The names of all file descriptors that are missing. */
  public List<String> descriptors() {
    return descriptors;
  }

  /** The names of all secrets that are missing. */
  public List<String> secrets() {
    return secrets;
  }
}
