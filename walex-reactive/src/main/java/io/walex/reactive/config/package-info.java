/** What to stream, from where, and how: the settings that users make, and what the driver is given of them. */
@NullMarked
package io.walex.reactive.config;

import org.jspecify.annotations.NullMarked;
