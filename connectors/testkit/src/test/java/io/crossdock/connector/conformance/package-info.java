@NullMarked
package io.crossdock.connector.conformance;

import org.jspecify.annotations.NullMarked;
