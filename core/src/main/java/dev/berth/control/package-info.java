/**
 * The control protocol: JSON-RPC 2.0, one message a line, over an AF_UNIX socket; server and
 * client. The client needs neither H2 nor Dagger, and no object mapper.
 */
@NullMarked
package dev.berth.control;

import org.jspecify.annotations.NullMarked;
