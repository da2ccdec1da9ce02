/**
 * What to stream, from where, and how: the settings that users make, and what the driver is given of them.
 *
 * <p>{@code DriverConfiguration} and {@code Reconfiguration} are internal: public only because another package of the
 * library uses them, and subject to change.
 */
@NullMarked
package io.walex.reactive.config;

import org.jspecify.annotations.NullMarked;
