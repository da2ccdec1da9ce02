/** What a failure means for the caller: an error of the server, of the network or of TLS, told with its remedy. */
@NullMarked
package io.walex.reactive.failure;

import org.jspecify.annotations.NullMarked;
