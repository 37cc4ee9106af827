package app

import (
	"bufio"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"occigate/gateway/access"
)

func (c *command) hash() *cobra.Command {
	var token bool
	cmd := &cobra.Command{
		Use:   "hash",
		Short: "Make the hash of a password, or a new bearer token and its hash",
		Long: `Reads a password from standard input (one line, so that it is in no list of
processes) and prints its argon2id hash for password_hash of a user.
With --token it makes a random bearer token instead and prints it with its hash
for token_hashes.`,
		Example: "  read -rs P && printf '%s\\n' \"$P\" | occigate hash\n  occigate hash --token",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if token {
				t := access.NewToken()
				_, err := fmt.Fprintf(c.stdout, "token: %s\nhash:  %s\n", t, access.HashToken(t))
				return err
			}
			line, err := bufio.NewReader(cmd.InOrStdin()).ReadString('\n')
			password := strings.TrimRight(line, "\r\n")
			if password == "" {
				return errors.Join(errors.New("no password on standard input"), err)
			}
			_, err = fmt.Fprintln(c.stdout, access.Hash(password))
			return err
		},
	}
	cmd.Flags().BoolVar(&token, "token", false, "make a bearer token")
	return cmd
}
