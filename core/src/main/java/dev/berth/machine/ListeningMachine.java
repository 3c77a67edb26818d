package dev.berth.machine;

import java.util.OptionalInt;

/**
 * A machine that takes in a state.
 *
 * @param machine its guest stands
 * @param port of TCP on which it takes it in; empty for the machine's own socket
 */
public record ListeningMachine(Machine machine, OptionalInt port) {}
