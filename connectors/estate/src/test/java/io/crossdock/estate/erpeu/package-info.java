@NullMarked
package io.crossdock.estate.erpeu;

import org.jspecify.annotations.NullMarked;
