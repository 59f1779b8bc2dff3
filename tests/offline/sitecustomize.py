"""Found by every Python that a test starts: the network is closed to it before its first line."""

from tests import network

network.close()
