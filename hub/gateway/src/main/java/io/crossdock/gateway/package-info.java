/** The data plane. */
@NullMarked
package io.crossdock.gateway;

import org.jspecify.annotations.NullMarked;
