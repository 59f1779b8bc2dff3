"""Files on an SFTP server: fetched whole into a folder of the portal's own, from the server whose key is pinned."""
